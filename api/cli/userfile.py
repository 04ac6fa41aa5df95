"""A function in a user's Python file: found, called, and explained where it fails."""

import ast
import difflib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType

from cutaway.graph import CutawayError, Graph, LoadError, Node
from cutaway.graph.built import recording
from cutaway.graph.errors import explain

NEEDED = "a function without arguments that returns a node, nodes or a Graph"


def graph_of(file: Path, name: str, built: list[Node] | None = None) -> Graph:
    """Return the graph that a function in a file gives.

    The file may import what stands beside it (``import other``, ``from .other import …``) and,
    inside a package, what its package holds. What it prints goes to stderr.

    Raises
    ------
    LoadError
        If there is no such file or function, or it fails, or gives no nodes.
    """
    if not file.is_file():
        near = difflib.get_close_matches(file.name, _python_files(file.parent), 1)
        raise LoadError(
            explain(
                f"there is no file {file}",
                required="FILE.py:FUNCTION",
                fix=f"did you mean {file.with_name(near[0])}?" if near else "",
            )
        )
    with _found_from(file) as package, redirect_stdout(sys.stderr):
        try:
            module = _run(file, package)
        except SyntaxError as error:
            raise LoadError(
                explain(
                    f"{file} is not valid Python" if _is(error.filename, file) else f"{file} fails",
                    came=error.msg,
                    where=f"{error.filename}, line {error.lineno}",
                )
            ) from error
        except CutawayError:
            raise
        except (Exception, SystemExit) as error:
            raise _failure(f"{file} fails when it is imported", error, file) from error
        with recording() as nodes:
            graph = _call(module, file, name)
        if built is not None:
            built += nodes
        return graph


def written_functions(file: str | Path) -> list[str]:
    """Return the functions of a file that need no arguments, by reading it: nothing is run."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        item.name
        for item in tree.body
        if isinstance(item, ast.FunctionDef)
        and not item.name.startswith("_")
        and len(item.args.posonlyargs + item.args.args) == len(item.args.defaults)
        and None not in item.args.kw_defaults
    ]


def _python_files(folder: Path) -> list[str]:
    return [file.name for file in folder.glob("*.py")] if folder.is_dir() else []


@contextmanager
def _found_from(file: Path) -> Iterator[str]:
    """Let imports find what stands beside a file; give the package that the file belongs to.

    A file in no package belongs to one of our own, whose modules are the files beside it: so it
    may say ``from .other import …``, and hides no installed module of its name.
    """
    folder = file.resolve().parent
    names: list[str] = []
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    if not names:
        beside = ModuleType("_beside")
        beside.__path__ = [str(folder)]
        names = [beside.__name__]
        for known in [n for n in sys.modules if n.startswith(f"{beside.__name__}.")]:
            del sys.modules[known]  # of an earlier call, perhaps for another folder
        sys.modules[beside.__name__] = beside
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield ".".join(names)
    finally:
        sys.path.remove(str(folder))


def _run(file: Path, package: str) -> ModuleType:
    """Run a file as a module of a package."""
    importlib.import_module(package)
    name = f"{package}.{file.stem.replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _call(module: ModuleType, file: Path, name: str) -> Graph:
    function = vars(module).get(name)
    if not callable(function):
        ready = _ready(vars(module), module.__name__)
        near = difflib.get_close_matches(name, ready, 1)
        raise LoadError(
            explain(
                f"{file} has no function {name!r}",
                required=NEEDED,
                came=f"functions there without arguments: {', '.join(ready) or 'none'}",
                fix=f"did you mean {near[0]!r}?" if near else "",
            )
        )
    missing = _missing_arguments(function)
    if missing:
        raise LoadError(
            explain(
                f"{file}:{name} cannot be called without arguments",
                required=NEEDED,
                came=f"it needs {', '.join(missing)}",
                fix="give them defaults, or write a function that calls it",
            )
        )
    try:
        made = function()
        listed = _listed(made)
    except CutawayError:
        raise
    except (Exception, SystemExit) as error:
        raise _failure(f"{file}:{name} fails", error, file) from error
    return _graph(made, listed, f"{file}:{name}")


def _ready(names: Mapping[str, object], module: str) -> list[str]:
    """Return the functions that a module defines and that need no arguments."""
    return [
        name
        for name, value in names.items()
        if inspect.isfunction(value)
        and value.__module__ == module
        and not name.startswith("_")
        and not _missing_arguments(value)
    ]


def _missing_arguments(function: object) -> list[str]:
    try:
        form = inspect.signature(function)  # type: ignore[arg-type]
    except ValueError:  # written in C
        return []
    return [
        parameter.name
        for parameter in form.parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def _listed(made: object) -> list[object]:
    """Return what a function gave as a list; a generator's lines run only now."""
    return list(made) if isinstance(made, Iterable) and not isinstance(made, Node) else [made]


def _graph(made: object, listed: list[object], what: str) -> Graph:
    if isinstance(made, Graph):
        return made
    nodes = [node for node in listed if isinstance(node, Node)]
    if nodes and len(nodes) == len(listed):
        return Graph(nodes)
    other = next((type(item).__name__ for item in listed if not isinstance(item, Node)), "nothing")
    came = type(made).__name__
    raise LoadError(
        explain(
            f"{what} gives no graph",
            required="a node, nodes or a Graph",
            came=came if isinstance(made, str) or came == other else f"{came} of {other}",
            fix="return what it builds" if made is None else "",
        )
    )


def _failure(what: str, error: BaseException, file: Path) -> LoadError:
    """Say what went wrong, and on which of the user's lines."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is(f.filename, file)]
    where = ""
    if frames:
        where = f"{file}:{frames[-1].lineno}, in {frames[-1].name}: {frames[-1].line}"
    return LoadError(
        explain(
            what,
            came=f"{type(error).__name__}: {error}",
            where=where,
            fix="--debug shows the whole traceback",
        )
    )


def _is(filename: str | None, file: Path) -> bool:
    return filename is not None and Path(filename).resolve() == file.resolve()
