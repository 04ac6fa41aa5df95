"""The models that come with cutaway, by name, with sizes to try them at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cutaway import layers
from cutaway.graph import Graph, Node, Title, input
from cutaway.layers import Config
from cutaway.models import translator
from cutaway.models.reading import Reading
from cutaway.ops import causal_mask

SMALL = {"B": 2, "T": 5, "S": 7, "d_model": 16, "h": 4, "d_ff": 32, "V": 29}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in model.

    Attributes
    ----------
    build
        Makes its output, with symbols for sizes.
    sizes
        The sizes at which it is run and costed unless others are given.
    params
        Gives trained weights, where there are some.
    reading
        Makes feeds of a sentence, where it has a tokenizer.
    example
        A sentence that it is shown at.
    short
        What its pages are called in Chinese, where the title is long.
    """

    name: str
    title: Title
    build: Callable[[], Node]
    sizes: Mapping[str, int] = field(default_factory=lambda: SMALL)
    params: Callable[[], dict[str, Any]] | None = None
    reading: Callable[[str], Reading] | None = None
    example: str = ""
    short: str = ""

    def graph(self) -> Graph:
        """Build its graph."""
        return Graph(self.build())


def _x(length: str = "T") -> Node:
    return input("x", f"B {length} d_model")


def _memory() -> Node:
    return input("memory", "B S d_model")


def _attention() -> Node:
    return layers.scaled_dot_product_attention(
        input("q", "T d_k"), input("k", "S d_k"), input("v", "S d_v")
    )


def _tokens(name: str = "tokens", length: str = "T") -> Node:
    return input(name, f"B {length}", dtype="int")


def _transformer(config: Config) -> Node:
    return layers.transformer(_tokens("source", "S"), _tokens("target"), config)


def _paper(name: layers.PaperName) -> BuiltIn:
    config = Config.preset(name)
    sizes = {
        "V": config.source_vocabulary,
        "d_model": config.d_model,
        "h": config.heads,
        "d_ff": config.hidden,
    }
    number = {key: int(value) for key, value in sizes.items()}
    return BuiltIn(
        name,
        Title(f"The paper's model, {name[6:]} (Vaswani et al. 2017, Table 3)", "论文中的模型"),
        lambda: _transformer(config.symbolic()),
        {"B": 1, "S": 32, "T": 32, **number},
    )


_SYMBOLIC = Config(source_vocabulary="V", layers=2)
_GPT = replace(
    _SYMBOLIC, norm="pre", activation="gelu", positions="learned", longest=1024, tied=True
)
_BERT = replace(_SYMBOLIC, activation="gelu", positions="learned")

_ALL = (
    BuiltIn(
        "translator",
        Title("English to Chinese, trained by cutaway", "英译中，由 cutaway 训练"),
        lambda: translator.load().graph.outputs[0],
        {"B": 1, "S": 6, "T": 7},
        lambda: translator.load().params,
        lambda text: translator.load().reading(text),
        translator.EXAMPLE,
        "翻译模型",
    ),
    _paper("paper-base"),
    _paper("paper-big"),
    BuiltIn(
        "attention",
        Title("Scaled dot-product attention", "缩放点积注意力"),
        _attention,
        {"T": 5, "S": 7, "d_k": 8, "d_v": 6},
    ),
    BuiltIn(
        "single-head-attention",
        Title("Single-head attention", "单头注意力"),
        lambda: layers.single_head_attention(_x(), width="d_k"),
        {**SMALL, "d_k": 8},
    ),
    BuiltIn(
        "multi-head-attention",
        Title("Multi-head attention", "多头注意力"),
        lambda: layers.multi_head_attention(_x(), heads="h"),
    ),
    BuiltIn(
        "feed-forward",
        Title("Feed-forward network", "前馈网络"),
        lambda: layers.feed_forward(_x(), "d_ff"),
    ),
    BuiltIn(
        "encoder-layer",
        Title("Encoder layer", "编码器层"),
        lambda: layers.encoder_layer(_x(), heads="h", hidden="d_ff"),
    ),
    BuiltIn(
        "decoder-layer",
        Title("Decoder layer", "解码器层"),
        lambda: layers.decoder_layer(
            _x(), _memory(), heads="h", hidden="d_ff", mask=causal_mask("T")
        ),
    ),
    BuiltIn(
        "encoder",
        Title("Encoder", "编码器"),
        lambda: layers.encoder(_x("S"), layers=2, heads="h", hidden="d_ff"),
    ),
    BuiltIn(
        "decoder",
        Title("Decoder", "解码器"),
        lambda: layers.decoder(
            _x(), _memory(), layers=2, heads="h", hidden="d_ff", mask=causal_mask("T")
        ),
    ),
    BuiltIn("transformer", Title("Transformer", "Transformer"), lambda: _transformer(_SYMBOLIC)),
    BuiltIn(
        "gpt",
        Title("Decoder-only language model", "仅解码器语言模型"),
        lambda: layers.decoder_only(_tokens(), _GPT),
    ),
    BuiltIn(
        "bert",
        Title("Encoder-only model", "仅编码器模型"),
        lambda: layers.encoder_only(_tokens(length="S"), _BERT),
    ),
)
MODELS: dict[str, BuiltIn] = {model.name: model for model in _ALL}
