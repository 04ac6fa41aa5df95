"""What stands between the two tokens of figure 12: widths, the weights they share, names."""

from cutaway.figures.equation import shapes
from cutaway.figures.formula import formula
from cutaway.figures.spec import Setting
from cutaway.figures.two_tokens import DOWN, X, values
from cutaway.graph import Title
from cutaway.render.compose import boxed, column
from cutaway.render.glossary import ADD_NORM, POST, SCOPES
from cutaway.render.marks import Drawing, Rect
from cutaway.render.text import subscript

DOUBLE = 2.5  # points between the borders of what is learned


def width(setting: Setting, node: str) -> Drawing:
    """Return how wide a vector is."""
    size = values(setting, node, 0).shape[-1]
    narrow = values(setting, X, 0).shape[-1]
    name = str(setting.example.layer.node(node).shape[-1])
    lines = [f"{name} = {size}" if setting.values else name]
    if setting.values and size != narrow:
        lines.append(f"= {size // narrow} × d_model")
    return column(*(setting.words(line, 10, "soft") for line in lines), gap=0.0)


def named(setting: Setting) -> Drawing:
    """Return what the panel is called, over how wide its result is."""
    name = setting.words(SCOPES["feed_forward"], 12)
    return column(name, width(setting, DOWN), gap=1.0).named("named")


def weights(setting: Setting, name: str) -> Drawing:
    """Return the weight and the bias that both tokens meet."""
    layer, scope = setting.example.layer, f"feed_forward/{name}"
    number = 1 if name == "up" else 2
    inner = column(
        formula(rf"W_{number},\ b_{number}"),
        shapes(setting, layer, f"{scope}/weight"),
        gap=3.0,
    )
    box = boxed(inner, "leaves.parameter", pad=5.0, corner=0.0, weight=1.6)
    outer = Rect((-DOUBLE, -DOUBLE, box.width + DOUBLE, box.height + DOUBLE), "", "edge", 0.8)
    title = f"W{subscript(number)}, b{subscript(number)}"
    nodes = (f"{scope}/weight", f"{scope}/bias")
    return box.over(outer).part("parameter", title, *nodes).named(f"weights.{name}")


def post(setting: Setting) -> Drawing:
    """Return how the residual is added and normed: after the network."""
    title = Title(f"{ADD_NORM.en} ({POST.en})", f"{ADD_NORM.zh}（{POST.zh}）")
    return column(
        setting.words(title, 10), formula(r"\mathrm{LayerNorm}(x+\mathrm{FFN}(x))", 10), gap=3.0
    )
