"""What MODEL means: a built-in name, a function in a user's file, or a checkpoint folder."""

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cutaway.cli.userfile import graph_of, written_functions
from cutaway.graph import Graph, LoadError, Node
from cutaway.graph.errors import explain
from cutaway.interop import PICKLES, encode
from cutaway.models import MODELS
from cutaway.models import load as load_checkpoint
from cutaway.models.reading import Reading

WANTED = "a name from `cutaway models`, FILE.py:FUNCTION, or a checkpoint folder"
OF_A_FOLDER = (".safetensors", ".json")  # files that are read with what stands beside them


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready for a command.

    Attributes
    ----------
    name
        What files made from it are called.
    sizes
        Those at which it is run unless others are given.
    params
        Its trained weights, where there are some.
    reading
        Makes feeds of a sentence, where it has a tokenizer.
    example
        The sentence that it is shown at unless another is given.
    """

    name: str
    graph: Graph
    sizes: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, Any] | None = None
    reading: Callable[[str], Reading] | None = None
    example: str = ""


def load(text: str, built: list[Node] | None = None) -> Loaded:
    """Return the model that MODEL names.

    Parameters
    ----------
    built
        Where to put all nodes that a user's function builds, also those that it does not return.

    Raises
    ------
    LoadError
        If there is no such model, file, function or folder, or it cannot be read.
    """
    if text in MODELS:
        model = MODELS[text]
        params = model.params() if model.params else None
        return Loaded(text, model.graph(), model.sizes, params, model.reading, model.example)
    file, colon, name = text.rpartition(":")
    if colon and file.endswith(".py"):
        return Loaded(name, graph_of(Path(file), name, built))
    if os.path.isdir(text) or (os.path.isfile(text) and text.endswith(PICKLES)):
        return _checkpoint(Path(text))  # it refuses a pickle, and says how to convert it
    raise _unknown(text)


def _checkpoint(folder: Path) -> Loaded:
    model = load_checkpoint(folder)

    def reading(text: str) -> Reading:
        feeds = model.feeds(text)
        return Reading(feeds, {"T": tuple(encode(model.tokenizer, text).tokens)})

    return Loaded(folder.resolve().name, model.graph, params=model.params, reading=reading)


def _unknown(text: str) -> LoadError:
    came, fix = "", ""
    if text.endswith(".py") and os.path.isfile(text):
        names = written_functions(text)
        came = "a file without the name of a function"
        fix = f"write {text}:{names[0] if names else 'FUNCTION'}"
        if len(names) > 1:
            fix += f" (it has {', '.join(names)})"
    elif os.path.isfile(text):
        came = "a file"
        if text.endswith(OF_A_FOLDER):
            fix = f"give the folder that holds it: {os.path.dirname(text) or '.'}"
    else:
        near = difflib.get_close_matches(text, MODELS, 1)
        fix = f"did you mean {near[0]!r}?" if near else ""
        if not near and os.sep in text:
            came = "a path where there is nothing"
    shown = text if len(text) <= 80 else f"{text[:80]}…"
    return LoadError(explain(f"there is no model {shown!r}", required=WANTED, came=came, fix=fix))
