"""What findings say, in Chinese: by key, a message and what usually mends it."""

CHINESE: dict[str, tuple[str, str]] = {
    "nan.parameter": (
        "参数 {name} 的 {size} 个数中有 {count} 个是 NaN 或无穷，第一个在 {place}",
        "回到它们出现之前的检查点；学习率过高会造成这种情况",
    ),
    "inf.parameter": (
        "参数 {name} 的 {size} 个数中有 {count} 个是无穷，第一个在 {place}",
        "回到它们出现之前的检查点；学习率过高会造成这种情况",
    ),
    "nan.input": (
        "输入 {name} 含有 NaN：{size} 个数中有 {count} 个，第一个在 {place}",
        "检查生成这个输入的地方",
    ),
    "nan.root": (
        "{op} 作用于负数（{least:.3g}），得到 NaN",
        "让操作数不小于 0：先平方，或用 ca.ops.maximum(x, 0.0)",
    ),
    "nan.log": (
        "{op} 作用于负数（{least:.3g}），得到 NaN",
        "只对正数取对数：ca.ops.maximum(x, 1e-12)",
    ),
    "nan.zero": (
        "{op} 用 0 除 0",
        "别让分母为 0：加上 eps，或用 ca.ops.maximum(total, 1e-12)",
    ),
    "nan.minus": (
        "{op} 用无穷减无穷，得到 NaN",
        "用 ca.ops.where(mask, scores, -float('inf')) 做掩码，再交给 ca.ops.softmax：整行被遮住"
        "时它给出 0",
    ),
    "nan.times": (
        "{op} 用 0 乘无穷，得到 NaN",
        "用选择代替相乘：ca.ops.where(mask, scores, -float('inf'))",
    ),
    "nan.overflow": (
        "{op} 作用于 {least:.3g} 到 {most:.3g} 之间的数，得到 NaN",
        "检查它的操作数：其中有一个超出了范围",
    ),
    "nan.exp": ("{op} 作用于最大为 {most:.3g} 的数，得到 NaN", "检查它的操作数"),
    "inf.exp": (
        "{op} 作用于 {most:.3g}，超出 {dtype} 的范围",
        "先减去最大值，或使用 ca.ops.softmax、ca.ops.log_softmax、ca.ops.logsumexp",
    ),
    "inf.log": (
        "{op} 作用于 0，得到 −∞",
        "对概率用 ca.ops.log_softmax；否则用 ca.ops.log(x + 1e-12)",
    ),
    "inf.zero": (
        "{op} 除以 0",
        "别让分母为 0：加上 eps，或用 ca.ops.maximum(total, 1e-12)",
    ),
    "inf.root": ("{op} 对 0 取负次幂，得到无穷", "给操作数加上 eps"),
    "inf.minus": ("{op} 得到无穷", "检查它的操作数"),
    "inf.times": ("{op} 得到无穷", "检查它的操作数"),
    "inf.overflow": (
        "{op} 作用于 {least:.3g} 到 {most:.3g} 之间的数，超出 {dtype} 的范围",
        "缩小输入：在它之前加归一化、用更小的权重，或用更宽的浮点数",
    ),
    "gradient.nan": (
        "反向传播时，经过 {op} 的梯度是 NaN 或无穷（出在 {backward}），它的值在 {least:.3g} 到 "
        "{most:.3g} 之间",
        "避开斜率为无穷的地方：sqrt(x + eps)、x / (norm + eps)、log(x + eps)；ca.ops.where 遮不"
        "住它，因为 0 乘无穷是 NaN",
    ),
    "overflow": (
        "数值达到 {most:.3g}：超过 {limit:.3g} 时，它们的平方就超出 {dtype} 的范围",
        "找出它们从哪里开始变大：归一化、缩放，或更小的初始权重",
    ),
    "exp.naive": (
        "对指数求和，而指数没有上界：超过 88.7 时 float32 溢出，超过 11 时 float16 溢出",
        "先减去最大值，或使用 ca.ops.softmax、ca.ops.logsumexp、ca.ops.softplus",
    ),
    "log.softmax": (
        "对 softmax 取对数：比最大值低 104 的分数，在 float32 中概率为 0，对数为 −∞",
        "ca.ops.log_softmax(scores)，或 ca.ops.cross_entropy",
    ),
    "log.zero": (
        "对 {of} 取对数，而它可能为 0：那里的值是 −∞，梯度是无穷",
        "ca.ops.log(x + 1e-12)，或永不为 0 的形式：log_softmax、softplus",
    ),
    "root.zero": (
        "对 {of} 开方，而它可能为 0：那里的斜率是无穷，梯度是 NaN",
        "在根号下加上 eps：ca.ops.sqrt(x + 1e-5)",
    ),
    "divide.zero": (
        "除以 {of}，而它可能为 0",
        "ca.ops.maximum(total, 1e-12)，或加上 eps",
    ),
    "softmax.loss": (
        "{op} 接收分数并自己做 softmax，而 {of} 已经是 softmax：损失降不到某个下界以下，梯度也很小",
        "把分数交给它",
    ),
    "softmax.cut": (
        "{op} 接收分数，而 {curve} 先把它们截断了：分数可以是任何数",
        "把 {curve} 的输入交给它",
    ),
    "softmax.sum": (
        "用分数的指数给值加权，却没有除以它们的和：权重之和不是 1",
        "除以 exponentials.sum(axis=-1, keepdims=True)，或用 ca.ops.softmax",
    ),
    "softmax.twice": ("对 {of} 再做 softmax，而它已经是 softmax", "去掉其中一个"),
    "softmax.batch": (
        "沿 {shape} 的第一个轴（{size}）做 softmax：一个样本的 {classes} 个类别的概率之和不是 1",
        "沿 axis=-1 做 softmax",
    ),
    "softmax.classes": (
        "沿 {shape} 的轴 {axis}（{size}）做 softmax，而目标从最后一个轴中选取类别："
        "各类别的概率之和不是 1",
        "沿 axis=-1 做 softmax",
    ),
    "eps.small": (
        "eps 是 {eps:.3g}：在 {dtype} 中，除舍入外恒定的一行，方差约为 {least:.2g}，这个 eps 盖"
        "不住它",
        "eps=1e-5，至少 1e-12",
    ),
    "eps.none": ("归一化没有 eps：恒定的一行会除以 0", "eps=1e-5"),
    "norm.mean": (
        "减去了均值，却没有除以标准差：只是半个 LayerNorm",
        "ca.layers.layer_norm(x)，或除以 ca.ops.sqrt(variance + eps)",
    ),
    "norm.root": (
        "除以的是平方的均值或平方之和，而不是它的平方根",
        "除以 ca.ops.sqrt(variance + eps)",
    ),
    "norm.times": (
        "一个值乘上了自己平方均值的根，而不是除以它：大的会变得更大",
        "除以 ca.ops.sqrt(variance + eps)，或乘以 ca.ops.rsqrt(variance + eps)",
    ),
    "norm.sum": (
        "除以的是平方之和的根，而不是平方均值的根：宽度越大，结果越小",
        "除以 ca.ops.sqrt(variance + eps)，其中方差是均值",
    ),
    "norm.centre": (
        "除以了标准差，却没有减去均值：只是半个 LayerNorm",
        "被除的应是 (x - mean)，而不是 x",
    ),
    "norm.axes": (
        "均值沿轴 {mean}，方差却沿轴 {variance}",
        "两者沿同一个轴",
    ),
    "norm.constant": (
        "对恒定的行做归一化：方差 {variance:.2g} 远小于 eps = {eps:.2g}，结果接近 0",
        "检查它读入的值：各特征没有差别，或数值极小",
    ),
    "mask.sign": (
        "掩码让本该遮住的分数增大了 {most:.3g}：符号反了",
        "在要遮住的键上加 -1e9，或 ca.ops.where(mask, scores, -float('inf'))",
    ),
    "mask.across": (
        "两个序列之间用了因果掩码：查询能看到另一序列的多少个键取决于自己的位置",
        "去掉它：另一序列的已知内容都可以看；只遮住填充",
    ),
    "mask.after": (
        "掩码加在 softmax 之后：一个查询的权重之和是 {sum:.3g}，而不是 1",
        "遮住分数：ca.ops.softmax(ca.ops.where(mask, scores, -float('inf')))",
    ),
    "mask.fill": (
        "被遮住的位置得到分数 {fill:.3g}，仍占 {left:.3g} 的权重",
        "填入 -float('inf') 或 -1e9",
    ),
    "mask.times": (
        "分数与掩码相乘：被遮住的位置分数是 0，仍占 {left:.3g} 的权重",
        "ca.ops.where(mask, scores, -float('inf'))",
    ),
    "mask.times-infinity": (
        "分数与 −∞ 相乘：结果取决于分数的符号",
        "ca.ops.where(mask, scores, -float('inf'))",
    ),
    "mask.flags": (
        "把 0 和 1 的掩码加到分数上：被遮住的位置仍占 {left:.3g} 的权重",
        "ca.ops.where(mask, scores, -float('inf'))，或加上 (1 - mask) * -1e9",
    ),
    "mask.queries": (
        "掩码 {shape} 对每个查询只有一个值，沿键的长度是 1：它要么遮住所有键，要么一个也不遮",
        "把它的长度放到最后一个轴：mask[:, None, None, :]",
    ),
    "mask.inverted": (
        "掩码反了：{queries} 个位置都看不到前面，却看得到后面",
        "True 表示查询可以关注：ca.ops.where(mask, scores, -float('inf'))，mask 为"
        " ca.ops.causal_mask(T)",
    ),
    "mask.self": (
        "没有一个位置看得到自己，第一个位置什么也看不到",
        "保留对角线：rows >= columns，像 ca.ops.causal_mask(T) 那样",
    ),
    "mask.only-self": (
        "每个位置只看得到自己：注意力什么也没有混合",
        "ca.ops.causal_mask(T) 让前面的位置可见",
    ),
    "mask.ahead": (
        "每个位置能看到后一步：正是它要预测的词元",
        "rows >= columns，像 ca.ops.causal_mask(T) 那样",
    ),
    "mask.padding": (
        "{of} 个查询都看不到任何键，而词元中并没有填充：掩码反了",
        "True 表示查询可以关注：ca.ops.not_equal(tokens, padding)",
    ),
    "mask.leaves": (
        "掩码把词元与 {number} 比较，却没有遮住相等的词元：一个查询仍有 {left:.3g} 的权重在其上",
        "ca.ops.where(ca.ops.not_equal(tokens, {number})[:, None, None, :], scores, -float('inf'))",
    ),
    "mask.row": (
        "所有头共 {of} 个查询，其中 {rows} 个看不到任何键：它们的整行都被遮住",
        "给每个查询留一个键：它自己，或第一个词元",
    ),
    "target.shift": (
        "一个位置的预测看得到自己的目标：{tokens} 就在那里的输入中",
        "预测下一个：输入 {tokens}[:, :-1]，与 {tokens}[:, 1:] 比较",
    ),
    "target.seen": (
        "一个位置的预测取决于它自己在 {tokens} 中的目标",
        "切断这条路：因果掩码，或另一个输入",
    ),
    "causal.leak": (
        "没有因果掩码，一个位置看得到 {tokens} 的下一个，而那正是要预测的",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.other": (
        "没有因果掩码，而同样位置上的其他注意力有",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.decoder": (
        "解码器的自注意力没有因果掩码：一个位置看得到它要预测的内容",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.named": (
        "{scope} 中的自注意力给词元打分，却没有因果掩码",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.unused": (
        "因果掩码建了却没有用上，而注意力没有掩码",
        "把它交给注意力：mask=ca.ops.causal_mask(T)",
    ),
    "loss.sign": (
        "损失从不大于 0，又没有下界：预测越差，它越小",
        "改变符号：以对数概率为损失时是 -log_p.mean()",
    ),
    "batch": (
        "{op} 沿轴 {axis} 进行，而这个轴是批中的样本（{size}）：一个样本的结果取决于其他样本",
        "沿位置或特征的轴进行",
    ),
    "positions": (
        "{tokens} 进入注意力时没有位置信息：换个顺序，结果一样",
        "加上位置：x + ca.layers.sinusoidal_positions(T, width)，或可学习的、旋转的位置编码",
    ),
    "positions.batch": (
        "加上的值沿批次的样本轴 {axis}（{size}）变化，而不是沿位置变化",
        "每个位置一行：x + table[:T]，形状为 (T, width)",
    ),
    "positions.times": (
        "词元乘上了位置的表：接近 0 的地方，词元什么也不剩",
        "相加：x + positions",
    ),
    "positions.turn": (
        "正弦和余弦按位置旋转向量，这里却改变了它们的长度：这不是旋转，少了一个负号",
        "(a, b) 变成 (a cos - b sin, a sin + b cos)：ca.ops.concat([-b, a], axis=-1) 乘以 sin",
    ),
    "positions.queries": (
        "查询按位置旋转了，键却没有",
        "两者都旋转：分数才能看到它们相距多远",
    ),
    "positions.keys": (
        "键按位置旋转了，查询却没有",
        "两者都旋转：分数才能看到它们相距多远",
    ),
    "positions.values": (
        "值也像查询和键一样按位置旋转了",
        "只旋转查询和键",
    ),
    "heads.repeat": (
        "{of} 的头与配对的头重复的次序不同：一组查询读到了另一组的值",
        "键和值用同样的方式重复：先 ca.ops.broadcast_to(x[:, :, None], …)，再变形",
    ),
    "heads.reshape": (
        "从 {old} 到 {new} 的变形保留了长度为 {size} 的轴，却没有保留它的元素：位置和特征混在了"
        "一起",
        "只拆分特征，再转置：x.reshape(B, T, H, K).transpose((0, 2, 1, 3))；合并时先转置",
    ),
    "heads.features": (
        "分数 {shape} 比较的是特征，而不是位置：少了一次转置",
        "在相乘之前 x.reshape(B, T, H, K).transpose((0, 2, 1, 3))",
    ),
    "heads.order": (
        "头按 {olds} 合并，与拆分时的顺序不同",
        "先转置，让头排在宽度之前，再变形",
    ),
    "heads.stranded": (
        "头的宽度与位置按 {olds} 合并，头却留在外面",
        "先转置：x.transpose((0, 2, 1, 3)).reshape(B, T, H * K)",
    ),
    "residual.drowned": (
        "子层的输出是它所加到的值的 {times:.3g} 倍：后者什么也不剩",
        "去掉那个因子，或用更小的权重；在子层之后归一化",
    ),
    "residual.attention": (
        "这个注意力没有加到它的输入上，而其他子层都有",
        "x + attention(x)",
    ),
    "residual.feed-forward": (
        "这个前馈网络没有加到它的输入上，而其他子层都有",
        "x + feed_forward(x)",
    ),
    "residual.twice": ("{of} 被加了两次：已有残差的外面又加了残差", "去掉其中一个"),
    "values": (
        "值来自 {values}，键却来自 {keys}：对一个序列算出的权重用到了另一个上",
        "键和值由同一个序列得到",
    ),
    "values.keys": (
        "权重乘到了算出它们的东西上，而由 {name} 得到的值没有被读取",
        "ca.ops.softmax(scores) @ v",
    ),
    "activation": (
        "这个线性映射与下一个（{next}）之间什么也没有：两个等于一个",
        "在它们之间加激活函数：ca.ops.gelu(x)",
    ),
    "weight.transposed": (
        "方阵权重 {weight} 被转置使用，其他权重则没有",
        "x @ weight",
    ),
    "weight.untied": (
        "{weight} 与 {table} 形状相同，并作为它的转置使用，却是另一个参数",
        "共享权重：直接用词表 hidden @ table.mT",
    ),
    "weight.large": (
        "{weight} 使随机向量变长为 {gain:.3g} 倍；Xavier 规则保持长度不变",
        "更小的初始权重，或去掉额外的因子",
    ),
    "weight.zero": (
        "{count} 个权重全是 0：无论输入什么，结果都一样，几乎没有梯度传回",
        "init='xavier'，或重新加载权重",
    ),
    "weight.equal": (
        "{weight} 的各列都相同：它的单元永远不会变得不同",
        "init='xavier'",
    ),
    "saturation.loss": (
        "初始权重下分数的标准差就有 {spread:.3g}：损失已认定某一类，错误的代价也就这么大",
        "把分数缩放到 1 左右：某个因子或温度太大，或少了归一化",
    ),
    "saturation.key": (
        "softmax 把一个查询 {weight:.3g} 的权重放在一个键上：分数的离散程度是 {spread:.3g}，几乎"
        "没有梯度传回",
        "把分数乘以宽度平方根的倒数；用更小的权重；在前面加归一化",
    ),
    "dead": (
        "{share:.0%} 的单元对每个词元都是 0：它们读入的值平均为 {mean:.3g}，最大为 {most:.3g}",
        "偏置设为 0，用更小的权重，或在前面加归一化",
    ),
    "saturation.curve": (
        "{op} 的输出有 {share:.0%} 在两端，那里的梯度是 0：它读入的数平均大小为 {mean:.3g}",
        "缩小它读入的值：归一化、更小的权重",
    ),
    "explode.forward": (
        "经过 {layers} 层，数值从 {first:.3g} 增长到 {last:.3g}，这里增长最多",
        "每层加归一化，或初始权重的标准差取 1/sqrt(width)",
    ),
    "explode.backward": (
        "梯度从 {layers} 层中最后一层的 {last:.3g} 增长到第一层的 {first:.3g}，这里增长最多",
        "每层加归一化，或初始权重的标准差取 1/sqrt(width)",
    ),
    "vanish": (
        "梯度从 {layers} 层中最后一层的 {last:.3g} 缩小到第一层的 {first:.3g}，这里缩小最多",
        "给每个子层加残差；初始权重的标准差取 1/sqrt(width)",
    ),
    "no-gradient.numbers": (
        "{path} 的梯度恰好是 0：它改变的东西到不了任何输出",
        "用上它，或去掉它",
    ),
    "sizes": (
        "只有 {left} 等于 {right} 时才成立，而它们是不同轴的长度",
        "看看哪些轴在相互广播：expand_dims、转置、索引",
    ),
    "sizes.outer": (
        "{one} 减 {other} 得到 {whole}：每个元素都与对方的每个元素相减",
        "让两者形状相同：x[:, 0]，或给另一个加一个轴",
    ),
    "refused": ("{message:zh}", "{fix}"),
    "unused.parameter": (
        "参数 {name} 建了却到不了任何输出：由它得到的东西没有被用上",
        "用上它，或去掉它",
    ),
    "unused.value": ("{op} 由 {name} 算出，结果却到不了任何输出", "用上它，或去掉它"),
    "unused.made": ("{name} 建了却到不了任何输出", "用上它，或去掉它"),
    "names.input": (
        "两个输入都叫 {name}（第一个在 {first}）：一个数组不能给两个用",
        "两处用同一个节点，或给其中一个换个名字",
    ),
    "names.parameter": (
        "两个参数都叫 {name}（第一个在 {first}）：一个数组不能给两个用",
        "用 ca.scope(…) 区分，或两处用同一个节点",
    ),
    "index": (
        "从 {rows} 行中取数，索引却从 {least} 到 {most}",
        "索引从 0 开始，并小于行数",
    ),
}
