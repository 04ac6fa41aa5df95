"""Pretrained models: a Hugging Face folder becomes a graph and its weights."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from cutaway.graph import FeedError, Graph, parameter_count
from cutaway.interop import CONFIG, Settings, open_folder, read_tokenizer
from cutaway.models.families import FAMILIES
from cutaway.models.family import Family
from cutaway.models.fit import fit
from cutaway.models.texts import Text, text_feeds

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Array = npt.NDArray[Any]


@dataclass(frozen=True, repr=False)
class Model:
    """A pretrained model.

    Attributes
    ----------
    graph
        Its graph: inputs have Hugging Face's names, sizes are ints but for the batch ``B`` and
        the length ``T``.
    params
        Its weights, by the path of their parameter; views of the mapped file, to be changed
        without changing the file.
    config
        What config.json says.
    outputs
        What each output of the graph is: ``last_hidden_state`` or ``logits`` first.
    folder
        Where it was read from.
    """

    graph: Graph
    params: dict[str, Array]
    config: dict[str, Any]
    outputs: tuple[str, ...]
    folder: Path

    def __repr__(self) -> str:
        count = int(parameter_count(self.graph))
        kind, outputs = self.config["model_type"], ", ".join(self.outputs)
        return f"<Model {kind} of {count:,} parameters: {outputs}>"

    @cached_property
    def tokenizer(self) -> "Tokenizer":
        """The tokenizer of Hugging Face's library ``tokenizers``, read on first use.

        Padding and truncation that ``tokenizer.json`` fixes are switched off.

        Raises
        ------
        LoadError
            If the folder has none, or the extra ``cutaway[hf]`` is not installed.
        """
        return read_tokenizer(self.folder / "tokenizer.json")

    def feeds(self, texts: str | Sequence[Text]) -> dict[str, Array]:
        """Return what to feed for a batch of texts, padded on the right to the longest.

        Parameters
        ----------
        texts
            A text, or several; each of several may be a pair of texts, ``(first, second)``.

        Returns
        -------
        dict
            Of ``input_ids``, ``attention_mask`` (1 for tokens, 0 for padding) and
            ``token_type_ids`` those that the graph has; each int64, (B, T).

        Raises
        ------
        FeedError
            If there is no text, a text without tokens, or a model that takes no texts.
        LoadError
            If there is no tokenizer.
        """
        inputs = {node.name for node in self.graph.inputs}
        if "input_ids" not in inputs:
            raise FeedError(f"the model takes {', '.join(sorted(inputs))}, which are no texts")
        settings = Settings(self.config, str(self.folder / CONFIG))
        arrays = text_feeds(self.tokenizer, texts, settings.token("pad_token_id", 0))
        return {name: array for name, array in arrays.items() if name in inputs}


def load(folder: str | os.PathLike[str]) -> Model:
    """Open a pretrained model: a folder as Hugging Face's ``save_pretrained`` writes it.

    ``config.json`` and ``model.safetensors`` are read, and ``tokenizer.json`` on first use; never
    a pickle (``.bin``, ``.pt``). The families are those of ``model_type`` bert (MiniLM among
    them), roberta, distilbert and gpt2. Half precisions become float32.

    Raises
    ------
    LoadError
        If a file is missing or broken, if the family is not known, or if the weights do not fit:
        then it lists every tensor that is missing, extra, of another shape or dtype, or NaN.

    Examples
    --------
    A folder that is one is used like this (``examples/compare_sentences.py`` does so)::

        m = ca.load("all-MiniLM-L6-v2")
        states, pooled = ca.evaluate(m.graph, m.feeds(["Hello.", "Good morning."]), m.params)

    Any other says what it lacks:

    >>> load(getfixture("tmp_path"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    cutaway.graph.errors.LoadError: ... is no checkpoint that can be read
      required: config.json and model.safetensors, as save_pretrained writes them
      came:     an empty folder
    """
    settings, tensors = open_folder(folder)
    family = _family(settings)
    outputs, params = fit(family, family.build(settings), tensors, str(folder))
    config = dict(settings.values)
    return Model(Graph(outputs.values()), params, config, tuple(outputs), Path(folder))


def build(config: Mapping[str, Any]) -> Graph:
    """Return the graph of a config.json's content, without weights.

    Raises
    ------
    LoadError
        If the family is not known, or a field cannot be used.

    Examples
    --------
    >>> import cutaway as ca
    >>> sizes = {"n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024}
    >>> gpt2 = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 50257}
    >>> ca.parameter_count(build({**gpt2, **sizes}))
    124439808
    """
    settings = Settings(config)
    return Graph(_family(settings).build(settings).values())


def _family(settings: Settings) -> Family:
    name = settings.values.get("model_type")
    if not isinstance(name, str) or name not in FAMILIES:
        raise settings.wrong("model_type", f"a known family: {', '.join(FAMILIES)}", name)
    return FAMILIES[name]
