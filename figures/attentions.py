"""The attentions of a run: found by what is computed, as maps to be drawn."""

from typing import Any

import numpy as np

from cutaway.figures.maps import AttentionMap, AttentionMaps
from cutaway.graph import Graph, OptionError, Trace
from cutaway.graph.errors import explain
from cutaway.models import Model
from cutaway.models.texts import Text
from cutaway.models.translator import START, Translator
from cutaway.render.grid import Array
from cutaway.run import Compiled
from cutaway.transform import attention_weights


def attention_maps(model: Model | Translator | Trace, text: Text | None = None) -> AttentionMaps:
    """Return the weights of every attention in a run, to be drawn.

    Attentions are recognised by what is computed, whatever their scopes are called.

    Parameters
    ----------
    model
        What :func:`cutaway.models.load` gives, or the bundled translator, with a text; or what
        :func:`cutaway.run.trace` gives, whose ``words`` name the tokens by the size of their axis.
    text
        A text, or for :func:`cutaway.models.load`'s models a pair. The translator translates it.

    Raises
    ------
    OptionError
        If there is no attention, or no text where one is needed.

    Examples
    --------
    >>> from cutaway.models import translator
    >>> maps = attention_maps(translator.load(), "I eat apples at home")
    >>> len(maps), maps[-1]
    (6, <AttentionMap decoder/layer.1/cross_attention/attention/softmax: 4 heads, 6 × 5>)
    >>> maps[-1].alignment().svg[:4]
    '<svg'
    """
    if isinstance(model, Trace):
        if text is not None:
            raise OptionError("a trace has been run already: give no text")
        return _of_trace(model)
    if not isinstance(model, Model | Translator):
        raise OptionError(
            explain(
                f"{model!r} is neither a model nor a trace",
                required="what ca.load or ca.trace gives, or the bundled translator",
            )
        )
    if isinstance(model, Translator) and isinstance(text, str) and text:
        return _of_trace(_translated(model, text))
    if isinstance(model, Model) and isinstance(text, str | tuple) and text:
        return _of_trace(_read(model, text))
    raise OptionError(
        explain(
            "there is no text to attend to",
            required="a text" if isinstance(model, Translator) else "a text, or a pair of texts",
            came=repr(text)[:80],
        )
    )


def _translated(model: Translator, text: str) -> Trace:
    english = model.tokenize(text)
    chinese = model.translate_words([english])[0]
    names = {"S": english, "T": (START, *chinese)}
    return _trace(model.graph, model.feeds([english], [chinese]), model.params, names)


def _read(model: Model, text: Text) -> Trace:
    feeds = model.feeds([text])
    numbers = feeds["input_ids"][0].tolist()
    tokens = tuple(model.tokenizer.id_to_token(number) or "?" for number in numbers)
    return _trace(model.graph, feeds, model.params, {"T": tokens})


def _trace(graph: Graph, feeds: Any, params: Any, names: dict[str, tuple[str, ...]]) -> Trace:
    """Run a graph, and keep the weights and what they are the softmax of."""
    kept = [node for softmax in attention_weights(graph).items() for node in softmax]
    return Trace(graph, Compiled(graph).trace(feeds, params, keep=kept), names)


def _of_trace(trace: Trace) -> AttentionMaps:
    maps = []
    for node, scores in attention_weights(trace.graph).items():
        if node not in trace:
            continue
        weights = _heads(trace[node])
        hidden = (
            np.isneginf(trace[scores]) if scores in trace else np.zeros(trace[node].shape, bool)
        )
        queries, keys = (
            _names(trace, size, count)
            for size, count in zip(node.shape[-2:], weights.shape[-2:], strict=True)
        )
        path = trace.graph.path(node)
        maps.append(AttentionMap(path, weights, _heads(hidden), queries, keys))
    if not maps:
        raise OptionError(
            explain(
                "there is no attention to draw",
                required="a softmax of scores that weighs values",
                fix="trace a graph with attention",
            )
        )
    last = {each.path.split("/")[0]: number for number, each in enumerate(maps)}
    return AttentionMaps(sorted(maps, key=lambda each: last[each.path.split("/")[0]]))


def _heads(array: Array) -> Array:
    """Return the first of a batch, as (heads, T, S)."""
    while array.ndim > 3:
        array = array[0]
    return array[(None,) * (3 - array.ndim)]


def _names(trace: Trace, size: object, count: int) -> tuple[str, ...]:
    names = trace.words.get(str(size), ())
    return tuple(names) if len(names) == count else tuple(map(str, range(1, count + 1)))
