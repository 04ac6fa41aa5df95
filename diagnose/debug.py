"""``ca.debug``: run a model forward and backward, and say what is wrong with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.diagnose.case import Case, Seen
from cutaway.diagnose.diagnosis import Diagnosis, Note
from cutaway.diagnose.finding import Finding
from cutaway.diagnose.point import sizes_of
from cutaway.diagnose.ranking import ordered
from cutaway.diagnose.rules.activation import missing
from cutaway.diagnose.rules.batch import mixed
from cutaway.diagnose.rules.class_scores import over_the_batch, picked
from cutaway.diagnose.rules.crossed import crossed
from cutaway.diagnose.rules.domain import domains, exponentials, twice, unsummed
from cutaway.diagnose.rules.heads import lucky, split
from cutaway.diagnose.rules.losses import negative
from cutaway.diagnose.rules.norms import small_eps, unscaled
from cutaway.diagnose.rules.positions import multiplied
from cutaway.diagnose.rules.repeated import repeated
from cutaway.diagnose.rules.residuals import doubled, forgotten
from cutaway.diagnose.rules.ties import outer, tied
from cutaway.diagnose.rules.weights import transposed
from cutaway.diagnose.running import Given, numbers
from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.dims import product
from cutaway.graph.errors import explain
from cutaway.graph.title import LANGUAGES, Language, checked_language
from cutaway.ops import PermuteDims
from cutaway.run.compile import Arrays
from cutaway.shapes.lint import RULES as LINTS
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM

Rule = Callable[[Case], Findings]
OF_THE_GRAPH: tuple[Rule, ...] = (
    tied, outer, twice, unsummed, over_the_batch, picked,
    mixed, exponentials, domains, small_eps, unscaled,
    lucky, split, repeated, multiplied,
    crossed, missing, forgotten, doubled, transposed, negative,
)  # fmt: skip
WANTED = "a node, nodes or a Graph"
BUDGET = 4 << 30  # bytes
FORWARD_AND_BACK = 3  # times what the forward pass holds


def debug(
    graph: Graph | Node | Iterable[Node],
    feeds: Arrays | None = None,
    params: Arrays | None = None,
    dims: Mapping[Any, int] | None = None,
    *,
    seed: int = 0,
    loss: Node | None = None,
    dtype: npt.DTypeLike = "float32",
    budget: int = BUDGET,
    lang: Language = "en",
) -> Diagnosis:
    """Say what is wrong with a model: which node, what it got, why, and what usually mends it.

    The graph is read by rules that need no numbers, the lints of shapes among them; then it is
    run forward and backward. Reported is what makes the first NaN or infinity, what will overflow
    or is saturated, masks that hide nothing or the wrong half, positions that see their own
    target, gradients that vanish, explode or are 0. What follows from something else that is
    reported is left out. Healthy models give nothing.

    Parameters
    ----------
    feeds, params, dims
        As for :func:`cutaway.run.evaluate`, but any may be missing: sizes that tell axes apart,
        random inputs, and weights by Xavier's rule are made.
    seed
        Draws what is made.
    loss
        A float scalar to differentiate; by default the outputs, times random numbers.
    dtype
        The floats that are made: ``float16`` overflows sooner.
    budget
        Bytes that the run may take. A model that needs more is read, and not run: a note says so.
    lang
        The language of ``str``: ``en`` or ``zh``.

    Raises
    ------
    OptionError
        If there is no such language, or no node to look at.
    FeedError
        If what is given does not fit the graph.
    ContractError
        If the sizes break a condition.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> found = debug(ca.ops.softmax(x @ x.mT) @ x)
    >>> bool(found), found.found[0].kind, found.found[0].path
    (True, 'scale', 'matmul')
    >>> print(found.found[0].message())
    scores of width D go into a softmax unscaled: they grow with sqrt(D)
    >>> print(debug(ca.layers.encoder_layer(x[None], heads=2, hidden=8)))
    nothing was found
    """
    lang = checked_language(lang, LANGUAGES)
    found = Graph.of(graph)
    if not found.outputs:
        raise OptionError(explain("there is nothing to look at", required=WANTED, came="no node"))
    found = found if loss is None else Graph(dict.fromkeys([loss, *found.outputs]))
    given = {str(name): size for name, size in (dims or {}).items()}
    case = Case(found, sizes_of(found, given, feeds or {}, params or {}), loss=loss)
    seen: list[Seen] = [s for rule in (_lints, *OF_THE_GRAPH) for s in rule(case)]
    notes: list[Note] = []
    need, doubles = _bytes(case), list(_doubles(found))
    if doubles:  # one array could not serve both: it cannot be run
        seen += doubles
    elif need > budget:
        words = {"need": need / 2**30, "budget": budget / 2**30}
        notes.append(Note("budget", words))
    else:
        at = Given(feeds or {}, params or {}, seed, np.dtype(dtype))
        seen += numbers(case, at, notes)
    listed = _once(_finding(found, one) for one in ordered(case, seen))
    return Diagnosis(listed, found, dict(case.sizes), tuple(notes), lang)


def _lints(case: Case) -> Findings:
    for code, rule in LINTS.items():
        for seen in rule(case.reading):
            if code not in seen.node.scope.allowed:
                blamed = {"no-gradient": _at_its_end, "softmax-axis": _at_its_turn}.get(code)
                yield blamed(case, seen) if blamed else seen


def _at_its_end(case: Case, seen: Seen) -> Seen:
    """Blame what cuts a gradient off, not the parameter that gets none."""
    (end,) = (n for n in case.graph.nodes if case.graph.path(n) == seen.words["end"])
    return Seen(seen.text, end, seen.words)


def _at_its_turn(case: Case, seen: Seen) -> Seen:
    """Blame the transpose of weights behind a softmax, if nothing else reads them."""
    node = seen.node
    while len(case.graph.readers[node]) == 1:
        (node,) = case.graph.readers[node]
        if isinstance(node.op, PermuteDims):
            return seen._replace(node=node)
        if not isinstance(node.op, FORM):
            break
    return seen


def _doubles(graph: Graph) -> Findings:
    """Report inputs and parameters that have the name of another."""
    for leaves, key in ((graph.inputs, "names.input"), (graph.parameters, "names.parameter")):
        names: dict[str, Node] = {}
        for node in leaves:
            name = node.name if key == "names.input" else node.path
            if names.setdefault(name, node) is not node:
                yield Seen(key, node, {"name": name, "first": str(names[name].source)})


def _bytes(case: Case) -> int:
    """Return about how many bytes a run takes."""
    total = 0
    for node in case.graph.nodes:
        if not node.op.views:
            total += int(_size(product(node.shape), case.sizes))
    return 4 * FORWARD_AND_BACK * total


def _size(count: Any, sizes: Mapping[str, int]) -> float:
    if isinstance(count, int):
        return count
    return float(count.subs({symbol: sizes[symbol.name] for symbol in count.free_symbols}))


def _finding(graph: Graph, seen: Seen) -> Finding:
    kind = KINDS.get(seen.text) or seen.text.partition(".")[0]
    source = seen.source or seen.node.source
    words = {key: _plain(value) for key, value in seen.words.items()}
    return Finding(
        kind, graph.path(seen.node), seen.node, source.file, source.line, words, seen.text
    )


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put together what is said of one line, layer after layer."""
    found: dict[tuple[str, str, int], Finding] = {}
    for one in findings:
        key = one.text, one.file, one.line
        first = found.get(key)
        if first is not None and one.node is not None:
            found[key] = replace(first, also=(*first.also, one.node))
        else:
            found[key] = one
    return tuple(found.values())


KINDS = {
    "gradient.nan": "nan",
    "explode.forward": "explode",
    "explode.backward": "explode",
    "softmax.batch": "softmax-axis",
    "softmax.classes": "softmax-axis",
}


def _plain(value: Any) -> Any:
    """Return what JSON takes."""
    return value if isinstance(value, int | float | list) else str(value)
