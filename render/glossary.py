"""The one glossary: what scopes, kinds and lines are called, in English and Chinese.

Ops say their own titles; no label stands twice.
"""

from cutaway.graph import Title

SCOPES = {
    "attention": Title("Scaled dot-product attention", "缩放点积注意力"),
    "block": Title("Block", "块"),
    "decoder": Title("Decoder", "解码器"),
    "down": Title("Linear, down", "线性（降维）"),
    "embedding": Title("Embedding + position", "嵌入 + 位置"),
    "encoder": Title("Encoder", "编码器"),
    "feed_forward": Title("Feed-forward", "前馈网络"),
    "gate": Title("Linear, gate", "线性（门控）"),
    "head": Title("Language-model head", "语言模型头"),
    "key": Title("Linear, key", "线性（键）"),
    "layer": Title("Layer", "层"),
    "norm": Title("Layer norm", "层归一化"),
    "output": Title("Linear, output", "线性（输出）"),
    "pooler": Title("Pooler", "池化"),
    "positions": Title("Positional encoding", "位置编码"),
    "query": Title("Linear, query", "线性（查询）"),
    "source_embedding": Title("Source embedding + position", "源嵌入 + 位置"),
    "target_embedding": Title("Target embedding + position", "目标嵌入 + 位置"),
    "token_types": Title("Token types", "词元类型"),
    "up": Title("Linear, up", "线性（升维）"),
    "value": Title("Linear, value", "线性（值）"),
}
ENCODER_LAYER = Title("Encoder layer", "编码器层")
DECODER_LAYER = Title("Decoder layer", "解码器层")
ADD_NORM = Title("Add & Norm", "残差相加与归一化")
ADD = Title("Add", "残差相加")
ATTENTION = Title("attention", "注意力")
SELF = Title("self-attention", "自注意力")
CROSS = Title("cross-attention", "交叉注意力")
MULTI_HEAD = Title("multi-head ", "多头")
MASKED = Title("masked ", "掩码")
MASK = Title("Mask", "掩码")
COMPARISON = Title("Comparison", "比较")
CAUSAL_MASK = Title("Causal mask", "因果掩码")
PADDING_MASK = Title("Padding mask", "填充掩码")
BOTH_MASKS = Title("Causal and padding mask", "因果与填充掩码")
POST = Title("post-norm", "后置归一化")
PRE = Title("pre-norm", "前置归一化")
BACKWARD = Title("∇ Backward pass", "∇ 反向传播")
DIAGRAM = Title("Diagram", "图")
BOXES = Title("Boxes", "方框")
CONNECTIONS = Title("Connections", "连接")
TOKEN = Title("token", "词元")
TOKENS = Title("tokens", "词元")
AXIS = Title("axis", "轴")
COSTS = {
    "parameters": Title("parameters", "个参数"),
    "flops": Title("FLOPs", "次浮点运算"),
}
ROLES = {"query": "Q", "key": "K", "value": "V"}

LEGEND = {
    "input": Title("input", "输入"),
    "parameter": Title("parameter", "参数"),
    "constant": Title("constant", "常量"),
    "op": Title("operation", "运算"),
    "group": Title("block", "模块"),
    "data": Title("data", "数据"),
    "residual": Title("residual", "残差"),
    "mask": Title("mask", "掩码"),
    "weight": Title("shared weight", "共享权重"),
    "gradient": Title("gradient", "梯度"),
    "way": Title("where the axis comes from", "该轴的来路"),
    "lit": Title("highlighted", "高亮"),
    "query": Title("Q query", "Q 查询"),
    "key": Title("K key", "K 键"),
    "value": Title("V value", "V 值"),
}
FAMILIES = {
    "matmul": Title("matrix product", "矩阵乘法"),
    "softmax": Title("softmax", "softmax"),
    "norm": Title("add & norm", "残差相加与归一化"),
    "activation": Title("activation", "激活"),
    "mask": Title("mask, comparison", "掩码、比较"),
    "embedding": Title("embedding", "嵌入"),
    "movement": Title("reshape, concat", "变形、拼接"),
    "reduction": Title("reduction", "归约"),
    "loss": Title("loss", "损失"),
    "arithmetic": Title("arithmetic", "算术"),
    "attention": Title("attention", "注意力"),
    "feed_forward": Title("feed-forward", "前馈"),
    "layer": Title("layers", "层"),
    "part": Title("other block", "其他模块"),
}
PAGE = {
    "in": Title("Zoom in", "放大"),
    "out": Title("Zoom out", "缩小"),
    "fit": Title("Fit", "适应窗口"),
    "close": Title("Close all", "全部合上"),
    "theme": Title("Light / dark", "浅色 / 深色"),
    "open": Title("open", "展开"),
    "shut": Title("close", "合上"),
    "boxes": Title("boxes", "个方框"),
    "hint": Title(
        "A block with + opens at a click. Drag to move, scroll or pinch to zoom; "
        "keys: Tab, Enter, arrows, + − 0, Esc.",
        "带 + 的模块点击即可展开。拖动可移动，滚轮或双指可缩放；"
        "按键：Tab、Enter、方向键、+ − 0、Esc。",
    ),
}
