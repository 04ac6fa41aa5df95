"""Writing files whole or not at all."""

import errno
import os
import secrets
from pathlib import Path

from cutaway.graph.errors import SaveError, explain

TEMPORARY = ".{}.tmp"  # a file's name until it is whole
FOLDER = "choose a folder that exists and that you may write to"
FIXES = {
    errno.ENOSPC: "make room on the disk, or choose a folder on another",
    errno.EDQUOT: "make room, or choose another disk: your share of this one is used up",
    errno.EFBIG: "write less, or choose another disk: this one, or ulimit -f, takes no larger file",
    errno.EISDIR: "choose a name that no folder has",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def file_path(path: object) -> Path:
    """Return where a file is to be written.

    Raises
    ------
    SaveError
        If that is no path.

    Examples
    --------
    >>> file_path("graph.svg").name
    'graph.svg'
    >>> file_path(5)
    Traceback (most recent call last):
    cutaway.graph.errors.SaveError: a file is written to a path
      required: a text, or a pathlib.Path
      came:     5
      fix:      "graph.svg"
    """
    known = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(known, str) or not known or "\0" in known:
        raise SaveError(
            explain(
                "a file is written to a path",
                required="a text, or a pathlib.Path",
                came=repr(path)[:80],
                fix='"graph.svg"',
            )
        )
    return Path(known)


def save(path: str | os.PathLike[str], content: bytes | str, sync: bool = False) -> Path:
    """Write a file: to a temporary one beside it first, then renamed.

    A link stays one: what it leads to is written.

    Parameters
    ----------
    sync
        Wait until it is on the disk before it gets its name: it then outlives a loss of power.

    Raises
    ------
    SaveError
        If the folder does not exist or cannot be written; nothing is left behind.
    """
    named = file_path(path)
    target = Path(os.path.realpath(named))
    data = content.encode() if isinstance(content, str) else content
    temporary = target.parent / TEMPORARY.format(secrets.token_hex(8))
    try:
        try:
            with temporary.open("xb") as file:  # with the rights that the user's umask leaves
                file.write(data)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, target)
        finally:  # also where it is interrupted
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(named, error) from None
    return named


def probe(path: str | os.PathLike[str]) -> Path:
    """Return where a file is to be written later, once it is sure that it can be written there.

    An empty temporary file is made beside it, and removed.

    Raises
    ------
    SaveError
        As :func:`save` would.

    Examples
    --------
    >>> probe("no/such/folder/run.html")
    Traceback (most recent call last):
    cutaway.graph.errors.SaveError: no/such/folder/run.html cannot be written
      came:     No such file or directory
      fix:      choose a folder that exists and that you may write to
    """
    named = file_path(path)
    target = Path(os.path.realpath(named))
    temporary = target.parent / TEMPORARY.format(secrets.token_hex(8))
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            temporary.touch(exist_ok=False)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(named, error) from None
    return named


def _refused(named: Path, error: OSError) -> SaveError:
    """Return what the system refuses as an error that says what to do."""
    return SaveError(
        explain(
            f"{named} cannot be written",
            came=error.strerror or str(error),
            fix=FIXES.get(error.errno or 0, FOLDER),
        )
    )
