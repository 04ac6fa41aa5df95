"""One training at a time in a folder: a second one would delete what the first is writing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cutaway.graph import SaveError
from cutaway.graph.errors import explain

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other trainings out of a folder, until this one ends, or is killed.

    Raises
    ------
    SaveError
        If another training is there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name, alone(Path(name)):
    ...     try:
    ...         with alone(Path(name)):
    ...             pass
    ...     except SaveError as error:
    ...         print(str(error).replace(name, "run"))
    another training is writing into run
      fix:      wait until it has ended, also a process that it has started; or give another folder
    """
    if fcntl is None:
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(place)
        raise SaveError(
            explain(
                f"another training is writing into {folder}",
                fix="wait until it has ended, also a process that it has started; "
                "or give another folder",
            )
        ) from None
    except OSError:  # a file system without locks
        pass
    try:
        yield
    finally:
        os.close(place)
