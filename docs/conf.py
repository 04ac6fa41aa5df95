"""How the site is made of these pages and of the docstrings; CONTRIBUTING.md has the command."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import stringify_annotation

import cutaway
from cutaway.run.compile import Array, Arrays

project = html_title = "cutaway"
author = "The cutaway authors"
version = release = cutaway.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_click",
]
html_theme = "furo"
html_copy_source = False
myst_heading_anchors = 3
nitpicky = True
smartquotes = False
# what signatures name and no page here has; the sites of other projects are not fetched
nitpick_ignore_regex = [
    ("py:class", r"(collections|fractions|numpy|os|pathlib|re|rich|sympy)\..*"),
    (
        "py:class",
        r"(.*\.)?([A-Z]|Arrays?|Operators|Self|Site|Tokenizer|Translator|Unified|Encoding)",
    ),
    ("py:class", r"(.*\.)?(Drawing|Gradients|Levels|NamedOp|Scene|Setting|Sheet|Sign)"),
]
autodoc_typehints_format = "short"
autosummary_generate = False
numpydoc_show_class_members = False
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

MODULES = [name for name in cutaway.__all__ if inspect.ismodule(getattr(cutaway, name))]
ALIASES = [  # an outer type before those in it
    (stringify_annotation(value, "smart"), name)
    for value, name in (
        (Arrays, "Arrays"),
        (Array, "Array"),
        (cutaway.ops.Value, "~cutaway.ops.Value"),
        (cutaway.graph.Shape, "~cutaway.graph.Shape"),
        (cutaway.graph.Dim, "~cutaway.graph.Dim"),
    )
]


class Public(SphinxDirective):
    """``.. public:: MODULE``: its public names, by the file they come from, functions first."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write directives of autodoc, which do the work."""
        (module,) = self.arguments
        page = [f".. automodule:: {module}", ""]
        for file, names in _files(module):
            title, _, more = (import_module(file).__doc__ or file).partition(": ")
            title = title.splitlines()[0].rstrip(".")
            page += [title, "-" * len(title), "", more[:1].upper() + more[1:], ""]
            for name in sorted(names, key=lambda name: (not name[0].islower(), name)):
                page += [*_entry(module, file, name), ""]
        return self.parse_text_to_nodes("\n".join(page), allow_section_headings=True)


def _files(module: str) -> Iterator[tuple[str, list[str]]]:
    """Return the files from which a module takes public names, and these names."""
    package = import_module(module)
    for statement in ast.parse(inspect.getsource(package)).body:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            names = [alias.name for alias in statement.names if alias.name in package.__all__]
            if names:
                yield statement.module, names


def _entry(module: str, file: str, name: str) -> list[str]:
    value = getattr(import_module(module), name)
    if isinstance(value, type):
        kind = "exception" if issubclass(value, Exception) else "class"
        an_op = issubclass(value, cutaway.graph.Op) and hasattr(value, "name")
        members = [] if an_op else ["   :members:", "   :undoc-members:"]  # an op's are Op's
        return [f".. auto{kind}:: {module}.{name}", *members]
    if inspect.isroutine(value):
        return [f".. autofunction:: {module}.{name}"]
    source = ModuleAnalyzer.for_module(file)
    source.analyze()
    (right,) = (
        ast.unparse(statement.value)
        for statement in ast.parse(source.code).body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value
        for target in getattr(statement, "targets", [getattr(statement, "target", None)])
        if isinstance(target, ast.Name) and target.id == name
    )
    said = source.attr_docs.get(("", name), [])
    return [f".. py:data:: {name}", f"   :value: {right}", "", *(f"   {x}" for x in said)]


def _short(app: Sphinx, what: str, name: str, value: object, options: object, *parts: Any) -> Any:
    """Write long types in a signature by the names they have here, and objects as ``...``."""
    return tuple(
        part and reduce(lambda x, alias: x.replace(*alias), ALIASES, re.sub("<[^>]*>", "...", part))
        for part in parts
    )


def _complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn, which ends the build, of public names that no page has."""
    known = env.domains.python_domain.objects
    for module in MODULES:
        for name in import_module(f"cutaway.{module}").__all__:
            if f"cutaway.{module}.{name}" not in known:
                logging.getLogger(__name__).warning("no page has cutaway.%s.%s", module, name)


def setup(app: Sphinx) -> None:
    """Add the directive and the check."""
    app.add_directive("public", Public)
    app.connect("autodoc-process-signature", _short)
    app.connect("env-check-consistency", _complete)
