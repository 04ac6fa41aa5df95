"""The numpy adapter: the array-API namespace and the few names it lacks."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from cutaway.graph import Kind

Array = npt.NDArray[Any]

# atanh(erf(x)) / x for |x| <= 4, as a polynomial in x²: fitted to the relative error of erf
_ERF = (
    1.12837927430748,
    0.10276905577537668,
    -0.00019183075104968646,
    -0.0006197847129358377,
    8.763735113754717e-05,
    -5.668480019827578e-06,
    1.4185250398168148e-07,
)


class Numpy:
    """What kernels get as ``xp``: numpy, ``erf``, ``scatter_add`` and the run's precision.

    Parameters
    ----------
    float_dtype
        The dtype of every float of the run.
    """

    def __init__(self, float_dtype: npt.DTypeLike = np.float64) -> None:
        self.float_dtype = np.dtype(float_dtype)

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        setattr(self, name, found)  # asked once
        return found

    def dtype_of(self, kind: Kind) -> np.dtype[Any]:
        """Return the dtype that a kind has in this run."""
        return {
            "float": self.float_dtype,
            "int": np.dtype(np.int64),
            "bool": np.dtype(np.bool_),
        }[kind]

    def erf(self, x: Array) -> Array:
        """Return the error function of every element.

        scipy's takes one number at a time. In float32 a polynomial takes whole arrays, several
        times as fast; its relative error is below 5e-7, four units in the last place.
        """
        if x.dtype == np.float32:
            square = np.minimum(x * x, 16.0)  # beyond 4 it is 1 in float32
            found: Array = square * _ERF[-1]
            for factor in _ERF[-2:0:-1]:
                found += factor
                found *= square
            found += _ERF[0]
            found *= x
            found = np.tanh(found)
        else:
            found = special.erf(x)
        return found

    def scatter_add(self, index: Array, values: Array, length: int) -> Array:
        """Add ``values[i]`` into row ``index[i]`` of zeros; repeated rows add up.

        Rows are sorted first, so that one ``reduceat`` does the work of a Python loop.
        """
        if values.shape[: index.ndim] != index.shape:  # as many could pass for as long
            raise ValueError(f"rows of {values.shape} for indices of {index.shape}")
        rows = index.reshape(-1)
        values = values.reshape(rows.size, *values.shape[index.ndim :])
        out = np.zeros((length, *values.shape[1:]), values.dtype)
        order = np.argsort(rows, kind="stable")
        found, starts = np.unique(rows[order], return_index=True)
        out[found] = np.add.reduceat(values[order], starts, axis=0)
        return out

    def random(self, shape: tuple[int, ...], *seeds: int) -> Array:
        """Return uniform numbers in [0, 1): the same for the same seeds and shape."""
        return np.random.default_rng(seeds).random(shape, dtype=np.float64)
