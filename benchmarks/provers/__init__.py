"""The tools that say something about all sizes: a module for each, with the same two functions.

``layer() -> dict`` maps what is done with one encoder layer to a call that does it, and returns
what it states. ``judge(mistake) -> Answer`` lets the tool look at a mistake.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mistakes import Mistake

Prove = Callable[[], str]
Verdict = Literal["found", "guarded", "accepted"]


@dataclass(frozen=True)
class Answer:
    """What a tool says of a piece of code.

    Attributes
    ----------
    verdict
        ``found``: it says that something is wrong, or that not all sizes will do. ``guarded``: it
        accepts the code, and will check something when that is run. ``accepted``: neither.
    says
        Its message in full; what it states if it accepts the code.
    short
        The telling part of that, in a line.
    line
        Whether the message, or the traceback with it, names the line of the code.
    """

    verdict: Verdict
    says: str
    short: str
    line: bool


@dataclass(frozen=True)
class Tool:
    """A tool: what tables call it, its module, and the distributions it is built on.

    The first of the libraries must be importable.
    """

    title: str
    place: str
    libraries: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Say whether its library is there."""
        return find_spec(self.libraries[0]) is not None

    def layer(self) -> dict[str, Prove]:
        """Return the ways to prove one encoder layer, by title."""
        found: dict[str, Prove] = self._module.layer()
        return found

    def judge(self, mistake: "Mistake") -> Answer:
        """Let it look at a mistake."""
        found: Answer = self._module.judge(mistake)
        return found

    @property
    def _module(self) -> Any:
        return import_module(f"provers.{self.place}")


TOOLS = {
    "cutaway": Tool("cutaway", "cutaway_verify", ("cutaway",)),
    "torch": Tool("torch.export", "torch_export", ("torch",)),
    "jax": Tool("jax.export", "jax_export", ("jax", "jaxlib")),
}
