"""Why a training is stopped, in English and Chinese."""

from cutaway.graph import Title

BAD_LOSS = Title("the loss is {loss:g}", "损失为 {loss:g}")
BAD_GRADIENTS = Title("the gradients of {blocks} are not finite", "{blocks} 的梯度不是有限数")
BAD_WEIGHTS = Title("the new weights are not finite", "新的权重不是有限数")
BAD_WEIGHT = Title(
    "{path} is the first of {count}; the loss was {loss:.6g}",
    "{path} 是 {count} 个之中的第一个；损失为 {loss:.6g}",
)
FIRST_BAD = Title("{path}, the first value that is not finite", "{path}，最先出现非有限数的位置")
BAD_NUMBERS = Title("{kind} in {bad} of {size} numbers", "{size} 个数中有 {bad} 个是 {kind}")
BAD_FROM = Title(
    "{told}, of numbers from {low:.4g} to {high:.4g}",
    "{told}，由 {low:.4g} 到 {high:.4g} 之间的数算出",
)
DIVERGES = Title("the loss diverges", "损失发散")
WAS = Title(
    "it was {first:.4g} at step 0, and is {last:.4g}", "第 0 步为 {first:.4g}，现在为 {last:.4g}"
)
GREW = Title("{block}, where gradients grew most", "{block}，梯度增长最多的模块")
EXPLODE = Title("the gradients explode", "梯度爆炸")
NORM = Title(
    "their norm is {norm:.3g}, in {block} {own:.3g}",
    "梯度范数为 {norm:.3g}，其中 {block} 为 {own:.3g}",
)
USUALLY = Title("{told}; usual is {usual:.3g}", "{told}；通常为 {usual:.3g}")
LARGEST = Title("{block}, where they are largest", "{block}，梯度最大的模块")
VANISH = Title("the gradients vanish", "梯度消失")
SHARE = Title(
    "they are at most {share:.1g} of the largest block's, for {count} steps",
    "连续 {count} 步里，最多只有最大模块梯度的 {share:.1g}",
)
FLAT = Title("the loss does not fall in {count} steps", "损失在 {count} 步里没有下降")
STOOD = Title(
    "it was {first:.4g} at first, and is {last:.4g}", "起初为 {first:.4g}，现在为 {last:.4g}"
)

TOO_HIGH = Title(
    "the learning rate {rate:g} is likely too high: in a step the weights moved by {moved:.2g} "
    "times their norm; try a quarter, {less:g}",
    "学习率 {rate:g} 很可能太高：权重一步的移动量达到其范数的 {moved:.2g} 倍；"
    "试试四分之一，即 {less:g}",
)
CLIP = Title(
    "a learning rate below {rate:g}, gradients clipped: clip=1.0",
    "把学习率降到 {rate:g} 以下，并裁剪梯度：clip=1.0",
)
LOOK_FEEDS = Title(
    "look at this step's feeds, and at a log or a division of 0",
    "检查这一步的输入，以及是否对 0 取对数或除以 0",
)
LOOK_FIRST = Title(
    "nothing was learned yet: look at the feeds, at a mask that hides every key, at a log or a "
    "division of 0, at how large the first weights are",
    "训练还没有学到任何东西：检查输入、是否有掩码遮住了所有的键、是否对 0 取对数或除以 0，"
    "以及初始权重是否过大",
)
LOOK_LABELS = Title("look at the labels, and at the sign of the loss", "检查标签，以及损失的正负号")
LOOK_CLIP = Title(
    "look at this step's feeds; clip gradients: clip=1.0", "检查这一步的输入；裁剪梯度：clip=1.0"
)
LOOK_WEIGHTS = Title(
    "the first weights are too large, or a norm or a scale is missing",
    "初始权重过大，或者缺少归一化或缩放",
)
LOOK_BLOCK = Title(
    "saturated activations or softmaxes, a residual or a scale that is missing; or nothing reads "
    "this block: then train without it",
    "激活或 softmax 饱和，或者缺少残差连接或缩放；也可能没有任何部分读取这个模块，那就不必训练它",
)
STILL = Title(
    "the weights stand still: try a learning rate above {rate:g}",
    "权重几乎没有移动：试试高于 {rate:g} 的学习率",
)
LOOK_TASK = Title(
    "do feeds and labels belong together? does a mask hide what is needed? or try another learning "
    "rate than {rate:g}",
    "输入与标签是否对应？掩码是否遮住了需要的内容？或者换一个学习率，不用 {rate:g}",
)
