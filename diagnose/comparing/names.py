"""What other programs call the values of a Transformer, and what we call them."""

import re
from collections.abc import Collection, Iterator, Mapping

import numpy as np

from cutaway.diagnose.comparing.difference import Array

# Of modules of PyTorch's nn.Transformer, and of Hugging Face's BERT; the first that fits is used.
MODULES = (
    (r"\battention\.self\.(query|key|value)\b", r"self_attention/\1"),
    (r"\battention\.output\.dense\b", "self_attention/output"),
    (r"\battention\.output(\.LayerNorm)?\b", "self_attention_norm"),
    (r"\bintermediate\.dense\b", "feed_forward/up"),
    (r"(\blayer\.\d+)\.output\.dense\b", r"\1/feed_forward/down"),
    (r"(\blayer\.\d+)\.output(\.LayerNorm)?\b", r"\1/feed_forward_norm"),
    (r"\bembeddings\.LayerNorm\b", "embedding/norm"),
    (r"\bembeddings\b", "embedding"),
    (r"\blayers\.(\d+)", r"layer.\1"),
    (r"\bself_attn\b", "self_attention"),
    (r"\bmultihead_attn\b", "cross_attention"),
    (r"\bout_proj\b", "output"),
    (r"\blinear1\b", "feed_forward/up"),
    (r"\blinear2\b", "feed_forward/down"),
    (r"\bnorm1\b", "self_attention_norm"),
    (r"\bnorm3\b", "feed_forward_norm"),
)
NORMS = ("cross_attention_norm", "feed_forward_norm")  # norm2 of a decoder layer, of an encoder's
INSIDE = (  # the op that a module is, in a scope that holds more
    (r"norm$", ("layer_norm", "rms_norm")),  # the residual sum
    (r"\b(query|key|value)$", ("add", "matmul")),  # heads apart
)


WRAPPERS = re.compile(r"((model|module|_orig_mod)[./])+")  # around a model, with all its names
PACKED = re.compile(r"(.*?)in_proj_(weight|bias)")  # queries, keys and values, stacked


def unpacked(arrays: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """Give arrays by name; the stacked projections of PyTorch's attention one by one.

    Examples
    --------
    >>> import numpy as np
    >>> [name for name, _ in unpacked({"self_attn.in_proj_bias": np.zeros(6)})]
    ['self_attn.query.bias', 'self_attn.key.bias', 'self_attn.value.bias']
    """
    for name, array in arrays.items():
        packed = PACKED.fullmatch(name)
        if packed and array.ndim and len(array) % 3 == 0:
            for part, third in zip(("query", "key", "value"), np.split(array, 3), strict=True):
                yield f"{packed[1]}{part}.{packed[2]}", third
        else:
            yield name, array


def renamed(name: str, rules: Mapping[str, str]) -> str:
    """Return a name by a caller's rules; ``*`` stands for any text, the same on both sides.

    Examples
    --------
    >>> renamed("h.3.mlp", {"h.*.mlp": "decoder/layer.*/feed_forward"})
    'decoder/layer.3/feed_forward'
    """
    if name in rules:
        return rules[name]
    for theirs, ours in rules.items():
        found = _matched(name, theirs) if "*" in theirs else None
        if found:
            texts = iter(found.groups())
            return "".join(next(texts, "*") if part == "*" else part
                           for part in re.split(r"(\*)", ours))  # fmt: skip
    return name


def idle(names: Collection[str], rules: Mapping[str, str]) -> list[str]:
    """Return the rules that mean none of these names.

    Examples
    --------
    >>> idle(["h.3.mlp"], {"h.*.mlp": "layer.*", "nosuch": "x"})
    ['nosuch']
    """
    return [theirs for theirs in rules if not any(_matched(name, theirs) for name in names)]


def _matched(name: str, theirs: str) -> re.Match[str] | None:
    pattern = "(.*?)".join(map(re.escape, theirs.split("*")))
    return re.fullmatch(pattern, name, re.DOTALL)


def candidates(name: str) -> Iterator[str]:
    """Give the paths that a name may mean: itself, then what it is called here.

    Examples
    --------
    >>> list(candidates("layers.0.self_attn"))
    ['layers.0.self_attn', 'layer.0/self_attention']
    >>> list(candidates("model.norm"))[-1]
    'norm'
    """
    yield name
    text = name
    for theirs, ours in MODULES:
        text = re.sub(theirs, ours, text)
    for norm in NORMS if re.search(r"\bnorm2\b", text) else ("",):
        path = re.sub(r"\.(?!\d)", "/", re.sub(r"\bnorm2\b", norm, text))
        for ending, ops in INSIDE:
            if path != name and re.search(ending, path):
                yield from (f"{path}/{inner}" for inner in ops)
        if path != name:
            yield path
    inside = WRAPPERS.sub("", name, count=1) if WRAPPERS.match(name) else ""
    if inside:
        yield from candidates(inside)
