"""What MODEL means: a built-in name, or a function in a user's file."""

import difflib
import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from cutaway.graph import CutawayError, FeedError, Graph, LoadError, Node
from cutaway.graph.errors import explain
from cutaway.graph.parse import LARGEST
from cutaway.models import MODELS
from cutaway.run import example_feeds, example_sizes, initialize


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready for a command."""

    graph: Graph
    sizes: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, Any] | None = None


def load(text: str) -> Loaded:
    """Return the model that MODEL names.

    Raises
    ------
    LoadError
        If there is no such model, file or function, or the function fails or gives no nodes.
    """
    if text in MODELS:
        model = MODELS[text]
        params = model.params() if model.params else None
        return Loaded(model.graph(), model.sizes, params)
    file, colon, name = text.rpartition(":")
    if colon and file.endswith(".py"):
        return Loaded(_call(_module(Path(file)), Path(file), name))
    near = difflib.get_close_matches(text, MODELS, 1)
    raise LoadError(
        explain(
            f"there is no model {text!r}",
            required="a name from `cutaway models`, or FILE.py:FUNCTION",
            fix=f"did you mean {near[0]!r}?" if near else "",
        )
    )


def _module(file: Path) -> ModuleType:
    if not file.is_file():
        raise LoadError(explain(f"there is no file {file}", fix="give FILE.py:FUNCTION"))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(file.resolve().parent))
    try:
        with redirect_stdout(sys.stderr):  # what the file prints is no part of our answer
            spec.loader.exec_module(module)
    except SyntaxError as error:
        raise LoadError(
            explain(
                f"{file} is not valid Python", came=str(error.msg), where=f"line {error.lineno}"
            )
        ) from error
    except CutawayError:
        raise
    except Exception as error:
        raise LoadError(
            explain(f"{file} fails when it is imported", came=f"{type(error).__name__}: {error}")
        ) from error
    finally:
        sys.path.pop(0)
    return module


def _call(module: ModuleType, file: Path, name: str) -> Graph:
    function = getattr(module, name, None)
    if not callable(function):
        found = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
        raise LoadError(
            explain(
                f"{file} has no function {name!r}",
                required="a function that returns a node, nodes or a Graph",
                came=", ".join(found) or "no functions",
            )
        )
    try:
        with redirect_stdout(sys.stderr):
            made = function()
    except CutawayError:
        raise
    except Exception as error:
        raise LoadError(
            explain(
                f"{file}:{name} fails",
                required="a function without arguments that returns a node, nodes or a Graph",
                came=f"{type(error).__name__}: {error}",
            )
        ) from error
    nodes = (made,) if isinstance(made, Node) else made
    if isinstance(nodes, Graph):
        return nodes
    if (
        not isinstance(nodes, Iterable)
        or not (listed := list(nodes))
        or not all(isinstance(node, Node) for node in listed)
    ):
        raise LoadError(
            explain(
                f"{file}:{name} gives no graph",
                required="a node, nodes or a Graph",
                came=f"{type(made).__name__}",
            )
        )
    return Graph(listed)


@dataclass(frozen=True, slots=True)
class Point:
    """Where a graph is evaluated."""

    sizes: dict[str, int]
    feeds: dict[str, Any]
    params: Mapping[str, Any]


def point(model: Loaded, dims: Sequence[str], feeds: Sequence[str], seed: int, dtype: str) -> Point:
    """Return sizes, feeds and parameters: those given, and examples for the rest."""
    given = read_dims(dims)
    arrays = _read_feeds(feeds)
    names = [node.name for node in model.graph.inputs]
    for name in arrays:
        if name not in names:
            raise FeedError(
                explain(f"the model has no input {name!r}", required=", ".join(names) or "none")
            )
    sizes = example_sizes(model.graph, given, arrays, model.sizes)
    filled = {**example_feeds(model.graph, sizes, seed), **arrays}
    params = model.params
    if params is None:
        params = initialize(model.graph, sizes, seed, dtype)
    return Point(sizes, filled, params)


def read_dims(texts: Sequence[str]) -> dict[str, int]:
    """Read ``NAME=SIZE`` options.

    Raises
    ------
    FeedError
        If one is not a name and a whole number.
    """
    found: dict[str, int] = {}
    for text in texts:
        name, equals, size = text.partition("=")
        if not equals or not size.isdecimal() or not 1 <= len(size) < 14 or not name:
            raise FeedError(
                explain(
                    f"--dim {text!r} is no size",
                    required="NAME=SIZE with a whole number of at least 1",
                    fix="write for instance --dim T=16",
                )
            )
        found[name] = min(int(size), LARGEST + 1)
    return found


def _read_feeds(texts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, file = text.partition("=")
        if not equals or not name:
            raise FeedError(
                explain(f"--feed {text!r} is no feed", required="NAME=FILE.npy, as in x=x.npy")
            )
        try:
            array = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise FeedError(
                explain(
                    f"--feed {name}: {file} cannot be read",
                    required="an array written by numpy.save",
                    came=f"{type(error).__name__}: {error}",
                )
            ) from None
        if not isinstance(array, np.ndarray):
            raise FeedError(f"--feed {name}: {file} holds several arrays (.npz); save one as .npy")
        found[name] = array
    return found
