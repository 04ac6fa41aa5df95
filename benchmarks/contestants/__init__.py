"""The contestants: a class for each, made from a :class:`problem.Problem`."""

from dataclasses import dataclass
from importlib.util import find_spec
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports numpy, and threads must be limited before that
    from problem import Contestant, Problem


@dataclass(frozen=True)
class Entry:
    """A contestant: what tables call it, where its class stands, and what it is built on.

    ``libraries`` are distributions whose versions are recorded; the first must be importable.
    """

    title: str
    place: str
    libraries: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Say whether its library is there."""
        return find_spec(self.libraries[0]) is not None

    def prepare(self, problem: "Problem") -> "Contestant":
        """Return the contestant, ready for that problem; its library must be there."""
        found: Contestant = resolve_name(f"contestants.{self.place}")(problem)
        return found


ENTRIES = {
    "numpy": Entry("numpy, written by hand", "numpy_by_hand:ByHand", ("numpy",)),
    "cutaway": Entry("cutaway", "cutaway_layer:Cutaway", ("cutaway",)),
    "autograd": Entry("HIPS autograd", "hips_autograd:Autograd", ("autograd",)),
    "mygrad": Entry("MyGrad", "mygrad_layer:MyGrad", ("mygrad",)),
    "torch": Entry("PyTorch, eager", "torch_eager:Torch", ("torch",)),
    "jax": Entry("JAX, jit", "jax_jit:Jax", ("jax", "jaxlib")),
}
