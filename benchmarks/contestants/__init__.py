"""The contestants: a module for each, with ``prepare(problem) -> Contestant``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A contestant: the module here, and the distributions whose versions are recorded.

    Attributes
    ----------
    needs
        What must be importable; without it the contestant is named as absent.
    """

    module: str
    needs: str
    distributions: tuple[str, ...]


ENTRIES = {
    "numpy": Entry("numpy_by_hand", "numpy", ("numpy",)),
    "cutaway": Entry("cutaway_layer", "cutaway", ("numpy",)),
    "autograd": Entry("hips_autograd", "autograd", ("autograd",)),
    "mygrad": Entry("mygrad_layer", "mygrad", ("mygrad",)),
    "torch": Entry("torch_eager", "torch", ("torch",)),
    "jax": Entry("jax_jit", "jax", ("jax", "jaxlib")),
}
TITLES = {
    "numpy": "numpy, written by hand",
    "cutaway": "cutaway",
    "autograd": "HIPS autograd",
    "mygrad": "MyGrad",
    "torch": "PyTorch, eager",
    "jax": "JAX, jit",
}
