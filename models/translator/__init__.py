"""The bundled model: a small English–Chinese translator that cutaway itself trained.

Encoder and decoder of two layers each, as in the paper (post-norm), on the words of a small
grammar. ``README.md`` beside this file is its model card.
"""

import difflib
import json
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import Graph, LoadError, Node, input
from cutaway.graph.errors import explain
from cutaway.layers import Config, transformer
from cutaway.models.reading import Reading
from cutaway.run import Compiled, greedy_decode

Array = npt.NDArray[Any]
Words = tuple[str, ...]
PAD, START, END = "<pad>", "<start>", "<end>"
LONGEST = 20  # tokens of a translation
EXAMPLE = "I eat apples at home today"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language; the first three tokens are padding, start and end."""

    words: Words
    index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the words."""
        tokens = (PAD, START, END, *self.words)
        object.__setattr__(self, "index", {word: n for n, word in enumerate(tokens)})

    def __len__(self) -> int:
        return len(self.index)

    def encode(self, sentences: list[Words], length: int | None = None) -> Array:
        """Return ``(B, length)`` token numbers, padded; the longest sentence's length by default.

        Raises
        ------
        LoadError
            Naming words that the vocabulary lacks, with the nearest that it has.
        """
        spoken = dict.fromkeys(word for words in sentences for word in words)
        unknown = [word for word in spoken if word not in self.index]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self.words, 3)
            some = ", ".join(self.words[:: max(1, len(self.words) // 8)])
            raise LoadError(
                explain(
                    f"the translator does not know the word {unknown[0]!r}",
                    required=f"one of its {len(self.words)} words, such as {some}",
                    fix=f"did you mean {' or '.join(map(repr, near))}?" if near else "",
                )
            )
        width = length or max(map(len, sentences))
        rows = [[self.index[w] for w in words] + [0] * (width - len(words)) for words in sentences]
        return np.array(rows, dtype=np.int64)

    def decode(self, tokens: Array) -> list[Words]:
        """Return the words of each row, up to the end."""
        names = tuple(self.index)
        found = []
        for row in tokens:
            words = [names[token] for token in row]
            found.append(tuple(words[: words.index(END)] if END in words else words))
        return found


def config(source: Vocabulary, target: Vocabulary) -> Config:
    """Return the model's sizes."""
    return Config(
        source_vocabulary=len(source),
        target_vocabulary=len(target),
        d_model=64,
        heads=4,
        hidden=128,
        layers=2,
        padding=0,
    )


def build(sizes: Config) -> Node:
    """Return the logits of inputs ``source`` (B, S) and ``target`` (B, T)."""
    source = input("source", "B S", dtype="int")
    target = input("target", "B T", dtype="int")
    return transformer(source, target, sizes)


@dataclass(frozen=True)
class Translator:
    """A translator: its graph, its weights, and its words.

    Examples
    --------
    >>> load().translate("I eat apples at home today")
    '我 今天 在 家 吃 苹果'
    """

    source: Vocabulary
    target: Vocabulary
    params: dict[str, Array]

    @property
    def config(self) -> Config:
        """The model's sizes and choices."""
        return config(self.source, self.target)

    @cached_property
    def graph(self) -> Graph:
        """The graph of its logits."""
        return Graph(build(self.config))

    @cached_property
    def _run(self) -> Compiled:
        return Compiled(self.graph)

    def tokenize(self, text: str) -> Words:
        """Return the tokens of a sentence; case and a last full stop don't matter."""
        known = {word.lower(): word for word in self.source.words}
        plain = text.lower().replace("?", " ? ").replace(".", " ").replace("!", " ")
        return tuple(known.get(word, word) for word in plain.split())

    def feeds(self, sentences: list[Words], translations: list[Words]) -> dict[str, Array]:
        """Return the feeds of sentences beside (shifted) translations."""
        shifted: list[Words] = [(START, *words) for words in translations]
        return {"source": self.source.encode(sentences), "target": self.target.encode(shifted)}

    def translate_words(self, sentences: list[Words]) -> list[Words]:
        """Translate tokenized sentences by greedy decoding."""
        if not sentences or not all(sentences):
            raise LoadError("there is nothing to translate: give a sentence of at least one word")
        source = self.source.encode(sentences)
        tokens = greedy_decode(
            lambda target: self._run({"source": source, "target": target}, self.params)[0],
            start=self.target.index[START],
            end=self.target.index[END],
            batch=len(sentences),
            longest=LONGEST,
        )
        return self.target.decode(tokens)

    def reading(self, text: str) -> Reading:
        """Return the feeds of a sentence beside its translation, and the words of both.

        The axes of the vocabularies are known by their lengths, which no other axis has.

        Raises
        ------
        LoadError
            As :meth:`translate` does.
        """
        words = self.tokenize(text)
        (translation,) = self.translate_words([words])
        feeds = self.feeds([words], [translation])
        known = {str(len(each)): tuple(each.index) for each in (self.source, self.target)}
        return Reading(feeds, {"S": words, "T": (START, *translation), **known})

    def translate(self, text: str) -> str:
        """Translate one English sentence into Chinese words, separated by spaces.

        Raises
        ------
        LoadError
            If the sentence is empty or has words that the model never saw.
        """
        return " ".join(self.translate_words([self.tokenize(text)])[0])


def load() -> Translator:
    """Return the bundled translator."""
    from safetensors.numpy import load as read

    folder = resources.files(__name__)
    words = json.loads(folder.joinpath("vocabulary.json").read_text(encoding="utf-8"))
    params: dict[str, Array] = read(folder.joinpath("weights.safetensors").read_bytes())
    return Translator(
        Vocabulary(tuple(words["source"])), Vocabulary(tuple(words["target"])), params
    )
