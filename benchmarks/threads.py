"""One number of threads for every contestant; to be set before numpy is imported."""

import os

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def limit(threads: int) -> None:
    """Limit the thread pools, and where the system can, the process, to so many processors.

    JAX sizes its pool by the processors that the process may use; PyTorch is told once more, in
    its own words, where it is prepared.
    """
    for name in VARIABLES:
        os.environ[name] = str(threads)
    flags = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    os.environ["XLA_FLAGS"] = f"{flags} intra_op_parallelism_threads={threads}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
