"""Draw models at several levels of detail, in English and Chinese.

python examples/diagrams.py [FOLDER]
"""

import sys
from pathlib import Path

import cutaway as ca


def main(folder: Path) -> None:
    """Draw into a folder, and say what each picture is."""
    folder.mkdir(parents=True, exist_ok=True)

    source, target = (
        ca.input(*tokens, dtype="int") for tokens in (("source", "B S"), ("target", "B T"))
    )
    model = ca.layers.transformer(source, target, ca.layers.Config(source_vocabulary="V"))
    x = ca.input("x", "B T d_model")
    layer = ca.layers.encoder_layer(x, heads="h", hidden="d_ff")
    network = ca.layers.feed_forward(x, "d_ff")

    pictures = {
        # from far to near: a box for each stack, layer, sublayer
        "model.svg": ca.draw(model, level="model"),
        "layers.svg": ca.draw(model, level="layer"),
        "sublayers.zh.svg": ca.draw(model, level="sublayer", lang="zh"),
        # one box opened: what is in the first encoder layer's attention
        "opened.svg": ca.draw(model, level="layer", open=["encoder/layer.0"]),
        # every op, and the primitives that softmax and LayerNorm are made of
        "ops.both.svg": ca.draw(layer, level="op", lang="both"),
        "primitives.svg": ca.draw(layer, level="primitive"),
        # the paper's sizes for the symbols, left to right
        "sizes.svg": ca.draw(layer, dims={"d_model": 512, "h": 8, "d_ff": 2048}, direction="LR"),
        # the same as a bitmap, and for Graphviz
        "sizes.png": ca.draw(layer, dims={"d_model": 512, "h": 8, "d_ff": 2048}, direction="LR"),
        "sublayers.dot": ca.draw(model, level="sublayer"),
        # the backward pass is a graph too
        "gradient.svg": ca.draw(ca.grad((network * network).mean(), wrt=x), level="op"),
    }
    for name, picture in pictures.items():
        picture.save(folder / name)
        print(f"{name:17} {picture}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "diagrams"))
