"""What a comparison says, in English and Chinese."""

from cutaway.graph import Title

KINDS: dict[str, Title] = {
    "input": Title("the input {path} is another", "输入 {path} 不同"),
    "parameter": Title(
        "the parameter {path} is another; {reader} reads it first",
        "参数 {path} 不同；最先读取它的是 {reader}",
    ),
    "changed": Title(
        "{path} is another operation: A has {mine}, B has {theirs} ({other})",
        "{path} 是另一种运算：A 是 {mine}，B 是 {theirs}（{other}）",
    ),
    "instead": Title(
        "A computes {onlies}; in their place, B computes {instead}",
        "A 计算 {onlies}，B 则在同一处计算 {instead}",
    ),
    "options": Title(
        "{path} is not the same: A has {mine}, B has {theirs}",
        "{path} 不一样：A 是 {mine}，B 是 {theirs}",
    ),
    "only-a": Title(
        "only A computes {onlies}: B's {other} goes on without",
        "只有 A 计算 {onlies}：B 的 {other} 没有经过它",
    ),
    "only-b": Title(
        "only B computes {onlies}: A's {a} goes on without",
        "只有 B 计算 {onlies}：A 的 {a} 没有经过它",
    ),
    "wiring": Title(
        "{path} reads another value: {detail}",
        "{path} 读取的是另一个值：{detail}",
    ),
    "shape": Title("{path} has another shape: {shapes}", "{path} 的形状不同：{shapes}"),
    "op": Title(
        "{path} gives another value from equal inputs",
        "{path} 的输入相同，输出却不同",
    ),
    "between": Title(
        "{path} differs, and one of these brings it about: {onlies}",
        "{path} 不同，原因在这些运算之一：{onlies}",
    ),
    "gradient": Title(
        "the gradient of {path} is another, though all values are equal",
        "所有的值都相同，但 {path} 的梯度不同",
    ),
    "rounding": Title(
        "{path} differs by more than the tolerance, though no single operation does: "
        "rounding that has grown",
        "{path} 的差异超过容差，但没有任何单个运算如此：是舍入误差的积累",
    ),
}
RELATIONS: dict[str, Title] = {
    "transposed": Title(": B's is the transpose of A's", "：B 的是 A 的转置"),
    "heads": Title(": its heads stand in another order", "：各头的顺序不同"),
    "rows": Title(": its rows stand in another order", "：各行的顺序不同"),
    "columns": Title(": its columns stand in another order", "：各列的顺序不同"),
    "slices": Title(": its slices along {} stand in another order", "：沿 {} 的各片顺序不同"),
    "scaled": Title(": B's is {} times A's", "：B 的是 A 的 {} 倍"),
    "rounded": Title(": one is the other rounded to {}", "：其中一个是另一个舍入到 {} 的结果"),
    "element": Title(": one number differs, at {}", "：只有 {} 处的一个数不同"),
}
GRADIENTS: dict[str, Title] = {
    "onlies": Title("; only A goes on with {}", "；只有 A 接着计算 {}"),
    "instead": Title("; only B goes on with {}", "；只有 B 接着计算 {}"),
}
TEXTS: dict[str, Title] = {
    "equal": Title(
        "equal: {count} nodes, tolerance {tolerance:.2g}",
        "相同：{count} 个节点，容差 {tolerance:.2g}",
    ),
    "differs": Title(
        "differs: {differ} of {count} nodes, tolerance {tolerance:.2g}",
        "不同：{count} 个节点中有 {differ} 个，容差 {tolerance:.2g}",
    ),
    "slopes": Title(
        "gradients: {differ} of {count} differ", "梯度：{count} 个中有 {differ} 个不同"
    ),
    "first": Title("first", "首先"),
    "also": Title("then", "其次"),
    "large": Title(
        "by {absolute:.3g} at {place}; relative {relative:.2g}",
        "相差 {absolute:.3g}，位于 {place}；相对差 {relative:.2g}",
    ),
    "unbounded": Title(
        "infinite or NaN in one of both, at {place}",
        "其中之一为无穷大或 NaN，位于 {place}",
    ),
    "again": Title("what it gives is equal again", "它的输出又相同了"),
    "outputs": Title("the outputs are equal nevertheless", "尽管如此，输出仍然相同"),
    "colon": Title(": ", "："),
    "comma": Title(", ", "、"),
    "ends": Title("{begin}, …, {end} ({count})", "{begin}……{end}（{count} 个）"),
    "etc": Title(", …", "……"),
    "parts": Title("; ", "；"),
    "grown": Title("{path} (×{growth:.3g})", "{path}（×{growth:.3g}）"),
    "line": Title("at {}", "位于 {}"),
    "node": Title("node", "节点"),
    "difference": Title("difference", "差异"),
    "relative": Title("relative", "相对差"),
    "growth": Title("growth", "增长"),
    "gradient": Title("gradient", "梯度"),
    "same": Title("… {} equal", "……{} 个相同"),
    "more": Title("… {} more", "……还有 {} 个"),
    "only-a": Title("only in A", "只在 A 中"),
    "only-b": Title("only in B", "只在 B 中"),
    "grows": Title("it grows most at {}", "增长最大之处：{}"),
    "parameters": Title("parameters that differ: {}", "不同的参数：{}"),
    "fresh": Title(
        "neither given nor usable in the reference, and drawn: {}",
        "既未给出、参考数据中也没有可用的，故随机取值：{}",
    ),
    "missing": Title("not in the reference: {} nodes", "参考数据中没有的节点：{} 个"),
    "extra": Title("only in the reference, and left out: {}", "只在参考数据中、未作比较：{}"),
    "shape": Title(
        "left out, of another shape: {name} is {theirs}, and should be {ours}",
        "形状不同、未作比较：{name} 为 {theirs}，应为 {ours}",
    ),
    "nan": Title(
        "{name} holds NaN: {count} of {size} numbers",
        "{name} 含有 NaN：{size} 个数中有 {count} 个",
    ),
    "precision": Title("A is computed in {}, B in {}", "A 以 {} 计算，B 以 {} 计算"),
    "unlike": Title(
        "{count} nodes are only in {side}, and change nothing here",
        "{count} 个节点只在 {side} 中，在这里不起作用",
    ),
    "tint": Title("relative difference", "相对差"),
    "title": Title("Comparison: {}", "对比：{}"),
    "first_here": Title("the first divergence", "最先出现差异之处"),
    "more_than": Title("more", "更大"),
}
