"""One number of threads for every contestant."""

import os

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class ThreadsError(Exception):
    """A library has more threads than it was given."""


def limit(threads: int) -> None:
    """Limit the thread pools; to be called before numpy is imported, which reads this once.

    Where the system can, the process is also confined to as many processors: JAX sizes its pool
    by them.
    """
    for name in VARIABLES:
        os.environ[name] = str(threads)
    flags = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    os.environ["XLA_FLAGS"] = f"{flags} intra_op_parallelism_threads={threads}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def pools(threads: int) -> list[str]:
    """Return the thread pools of the libraries loaded so far, and whose kernels they run.

    Raises
    ------
    ThreadsError
        If one of them has more threads.
    """
    from threadpoolctl import threadpool_info

    found = threadpool_info()
    for pool in found:
        if pool["num_threads"] > threads:
            raise ThreadsError(f"{pool['filepath']} has {pool['num_threads']} threads")
    parts = [(pool["internal_api"], pool["version"], pool.get("architecture")) for pool in found]
    return sorted({" ".join(part for part in named if part) for named in parts})
