"""A guided walk: stops of a stepper, with what is said at each, in English and Chinese."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

from cutaway.graph import CutawayError, Formula, LoadError, Title
from cutaway.graph.title import LANGUAGES, checked_language
from cutaway.run.compile import Array
from cutaway.step.focus import Place, part
from cutaway.step.quote import quoting
from cutaway.step.record import Step
from cutaway.step.stepper import Stepper
from cutaway.step.story_file import BUNDLED, WrittenStop, WrittenStory, read_story
from cutaway.step.story_model import story_stepper


@dataclass(frozen=True, eq=False, repr=False)
class Stop:
    """A stop of a story: a step, the place in its value that is looked at, and what is said.

    Attributes
    ----------
    number
        Its number in the story, from 1.
    step
        Where the stepper stands.
    index
        The element or the row that is looked at; empty for the whole value.
    said
        What is said, with its numbers.
    gradient_of
        On the way back, the path of the value whose gradient this is, or is a part of.
    """

    number: int
    step: Step
    index: Place
    said: Title
    gradient_of: str | None = None

    @property
    def name(self) -> str:
        """The step's path and the place: ``attention/softmax[0]``."""
        return self.step.path + (f"[{', '.join(map(str, self.index))}]" if self.index else "")

    @property
    def value(self) -> Array:
        """What is looked at: the step's value, or a part of it."""
        return part(self.step.value, self.index, self.step.path)

    @property
    def numbers(self) -> Formula | None:
        """The formula with the numbers that make what is looked at; None for a block of ops."""
        return self.step.numbers_at(self.index)

    def say(self, lang: str = "en") -> str:
        """Return what is said: in English, ``en``, in Chinese, ``zh``, or on two lines, ``both``.

        Raises
        ------
        OptionError
            For another language.
        """
        lang = checked_language(lang, (*LANGUAGES, "both"))
        return "\n".join(self.said) if lang == "both" else self.said.say(lang)

    def __repr__(self) -> str:
        return f"<Stop {self.number} {self.name}: {self.said.en}>"


@dataclass(frozen=True, eq=False, repr=False)
class Story:
    """A guided walk through a model: its stops in order, with a few sentences at each.

    A story is a TOML file: a title, a model, and stops. Numbers in its sentences are quoted from
    the graph, as ``{value:attention/softmax[0, 1]}``; so they are those of the model.

    Attributes
    ----------
    title
        What it is called.
    model
        The name of its model.
    stepper
        A stepper on that model, at the start: to look further.
    stops
        Its stops, which it also iterates over.

    Examples
    --------
    >>> story = Story.load()
    >>> story.title.en
    'One attention head, step by step'
    >>> [stop.step.path for stop in story][:2]
    ['query/matmul', 'query/add']
    """

    title: Title
    model: str
    stepper: Stepper
    stops: tuple[Stop, ...]

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> "Story":
        """Return the story in a file, or one that comes with cutaway, with all of its stops.

        Parameters
        ----------
        path
            A file, or one of ``single-head`` (which is the default), ``encoder-decoder`` and
            ``backward``.

        Raises
        ------
        LoadError
            If the file can't be read or is no story, or a stop stands nowhere in its model or
            quotes what is not there.
        """
        name = BUNDLED[0] if path is None else path
        if name in BUNDLED:
            with resources.as_file(resources.files(__package__) / f"stories/{name}.toml") as file:
                return cls.load(file)
        written = read_story(name)
        with _located(os.fspath(name)):
            return cls._told(written)

    @classmethod
    def _told(cls, written: WrittenStory) -> "Story":
        stepper = story_stepper(written)
        stops = tuple(_stop(stepper, number, stop) for number, stop in enumerate(written.stops, 1))
        stepper.level = written.level
        stepper.start()
        return cls(written.title, written.model, stepper, stops)

    def __iter__(self) -> Iterator[Stop]:
        return iter(self.stops)

    def __len__(self) -> int:
        return len(self.stops)

    def __repr__(self) -> str:
        return f"<Story {self.title.en!r} of {self.model}: {len(self)} stops>"


def _stop(stepper: Stepper, number: int, written: WrittenStop) -> Stop:
    with _located(f"stop {number}"):
        stepper.level = written.level
        step = stepper.goto(written.at)
        part(step.value, written.index, step.path)
    said = []
    for lang, text in written.say._asdict().items():
        with _located(f"stop {number}, {lang}"):
            said.append(quoting(text, stepper))
    of = None if step.forward is None else stepper.graph.path(step.forward)
    return Stop(number, step, written.index, Title(*said), of)


@contextmanager
def _located(where: str) -> Iterator[None]:
    """Say of an error where in the file it arose."""
    try:
        yield
    except CutawayError as error:
        raise LoadError(f"{where}: {error}") from error
