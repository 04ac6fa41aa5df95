"""What a caller promises of the sizes."""

import difflib
from collections.abc import Collection, Iterable
from itertools import islice

from cutaway.graph import Condition, ContractError, parse_condition
from cutaway.graph.errors import explain
from cutaway.shapes.known import Known

MOST = 100
Assumptions = str | Condition | Iterable[str | Condition]


def read_assumptions(assume: Assumptions, names: Collection[str]) -> tuple[Condition, ...]:
    """Return what is promised, each once, without what always holds.

    Raises
    ------
    ContractError
        If one speaks of a size that the graph has not, holds at no sizes, or contradicts the
        others; or there are more than 100.
    DimError
        If one can't be read.
    """
    found = read_conditions(assume, names)
    if Known.of(found) is None:
        raise ContractError(
            explain(
                "the assumptions contradict each other: no sizes meet them all",
                came=", ".join(map(str, found)),
                fix="leave one out",
            )
        )
    return found


def read_conditions(listed: Assumptions, names: Collection[str]) -> tuple[Condition, ...]:
    """Return conditions on the sizes of a graph, each once, without those that always hold.

    Raises
    ------
    ContractError, DimError
        As for :func:`read_assumptions`, but those that contradict each other are returned.
    """
    items = [listed] if isinstance(listed, str | Condition) else _listed(listed)
    if len(items) > MOST:
        raise ContractError(
            explain(f"more than {MOST} assumptions are too many", required=f"at most {MOST}")
        )
    found: dict[Condition, None] = {}
    for item in items:
        verdict = item if isinstance(item, Condition) else parse_condition(_text(item))
        if verdict is False:
            raise ContractError(explain(f"the assumption {item!r} holds at no sizes"))
        if isinstance(verdict, Condition):
            _check_names(verdict, names)
            found[verdict] = None
    return tuple(found)


def _listed(assume: Iterable[str | Condition]) -> list[str | Condition]:
    try:
        return list(islice(assume, MOST + 1))  # one that has no end is too long too
    except TypeError:
        raise _unreadable(assume) from None


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise _unreadable(item)
    return item


def _unreadable(item: object) -> ContractError:
    return ContractError(
        explain(f"{item!r} is no assumption", required="text such as 'H | D' or 'T <= 512'")
    )


def _check_names(condition: Condition, names: Collection[str]) -> None:
    for name in sorted(condition.symbols - set(names)):
        near = difflib.get_close_matches(name, names, 1)
        raise ContractError(
            explain(
                f"the assumption '{condition}' speaks of {name}, which is no size of the graph",
                required=", ".join(sorted(names)) or "none: every size is a number",
                fix=f"did you mean {near[0]!r}?" if near else "",
            )
        )
