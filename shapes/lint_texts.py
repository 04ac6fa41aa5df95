"""What lints say: a message and a fix for each, filled in with what was seen.

A key is a code, or a code, a dot and a variant. A language is one more table with the same keys.
"""

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "regroup": (
            "the reshape from {old} to {new} mixes axes: {news} is not {olds} cut and joined in "
            "order",
            "{fix}",
        ),
        "regroup.split": (
            "the reshape from {old} to {new} takes apart as {news} what was joined as {olds}",
            "split an axis in the order in which it was joined, then transpose",
        ),
        "regroup.join": (
            "{op} puts side by side an axis joined as {one} and an axis joined as {other}",
            "join the axes in the same order on both sides: transpose before the reshape",
        ),
        "softmax-axis": (
            "softmax along axis {axis} of {shape}, but {product} sums over axis {summed} ({size}): "
            "the weights that are summed do not add up to 1",
            "take the softmax along axis={summed}",
        ),
        "scale": (
            "scores of width {width} are scaled by {scale}, which is not 1/sqrt({width})",
            "divide by the root of the width that is summed over: "
            "scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "scale.width": (
            "scores of width {width} are scaled by 1/{width}, which is not 1/sqrt({width})",
            "divide by the root: scores / ca.ops.sqrt(ca.ops.dim({width})); if 1/{width} is meant, "
            "as in muP, build them in ca.shapes.allow('scale')",
        ),
        "scale.missing": (
            "scores of width {width} go into a softmax unscaled: they grow with sqrt({width})",
            "divide them first: scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "residual-broadcast": (
            "the residual sum {sides} stretches {branch} to {shape}: many elements get the same",
            "give both sides the shape {shape}: look for keepdims, an index or a missing axis",
        ),
        "norm-axis": (
            "{norm} along axis {axis} of {shape}, but the features are axis {features}",
            "normalise along the features: axis={fix}",
        ),
        "norm-axis.plain": (
            "a norm along axis {axis} of {shape}, but the features are axis {features}",
            "normalise along the features: axis={fix}",
        ),
        "no-gradient.stop": (
            "{path} gets no gradient from any output: {end} ({where}) cuts it off",
            "take stop_gradient away, or make it an input or a constant",
        ),
        "no-gradient.kind": (
            "{path} gets no gradient from any output: what {end} ({where}) gives is no float",
            "use it where it stays a float, or make it an input or a constant",
        ),
        "no-gradient.zero": (
            "{path} gets no gradient from any output: {end} ({where}) multiplies it by 0",
            "take the 0 away, or make it an input or a constant",
        ),
        "no-gradient.rule": (
            "{path} gets no gradient from any output: {end} ({where}) has no derivative",
            "use an op that has one, or make it an input or a constant",
        ),
    },
    "zh": {
        "regroup": (
            "从 {old} 到 {new} 的变形混合了轴：{news} 不是把 {olds} 按顺序拆分、合并得到的",
            "{fix}",
        ),
        "regroup.split": (
            "从 {old} 到 {new} 的变形，把按 {olds} 合并的轴按 {news} 拆开",
            "按合并时的顺序拆分，再转置",
        ),
        "regroup.join": (
            "{op} 把按 {one} 合并的轴与按 {other} 合并的轴放在一起",
            "两边按同样的顺序合并：先转置，再变形",
        ),
        "softmax-axis": (
            "softmax 沿 {shape} 的轴 {axis}，而 {product} 沿轴 {summed}（{size}）求和：被求和的"
            "权重之和不是 1",
            "沿 axis={summed} 做 softmax",
        ),
        "scale": (
            "宽度为 {width} 的分数乘以 {scale}，而不是 1/sqrt({width})",
            "除以求和宽度的平方根：scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "scale.width": (
            "宽度为 {width} 的分数乘以 1/{width}，而不是 1/sqrt({width})",
            "除以平方根：scores / ca.ops.sqrt(ca.ops.dim({width}))；如果本来就要 1/{width}（如 "
            "muP），就在 ca.shapes.allow('scale') 中构建",
        ),
        "scale.missing": (
            "宽度为 {width} 的分数未经缩放就进入 softmax：它们随 sqrt({width}) 增大",
            "先除以它：scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "residual-broadcast": (
            "残差之和 {sides} 把 {branch} 扩展到 {shape}：许多元素得到同样的值",
            "让两边都是 {shape}：检查 keepdims、索引或缺少的轴",
        ),
        "norm-axis": (
            "{norm} 沿 {shape} 的轴 {axis}，而特征在轴 {features}",
            "沿特征归一化：axis={fix}",
        ),
        "norm-axis.plain": (
            "沿 {shape} 的轴 {axis} 做归一化，而特征在轴 {features}",
            "沿特征归一化：axis={fix}",
        ),
        "no-gradient.stop": (
            "{path} 从任何输出都得不到梯度：被 {end}（{where}）切断",
            "去掉 stop_gradient，或把它改为输入或常数",
        ),
        "no-gradient.kind": (
            "{path} 从任何输出都得不到梯度：{end}（{where}）给出的不是浮点数",
            "在它仍是浮点数的地方使用，或把它改为输入或常数",
        ),
        "no-gradient.zero": (
            "{path} 从任何输出都得不到梯度：{end}（{where}）把它乘以 0",
            "去掉这个 0，或把它改为输入或常数",
        ),
        "no-gradient.rule": (
            "{path} 从任何输出都得不到梯度：{end}（{where}）没有导数",
            "使用有导数的运算，或把它改为输入或常数",
        ),
    },
}
