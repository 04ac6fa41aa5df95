"""Writing files whole or not at all."""

import os
import secrets
from pathlib import Path

from cutaway.graph.errors import SaveError, explain


def save(path: str | os.PathLike[str], content: bytes | str) -> Path:
    """Write a file: to a temporary one beside it first, then renamed.

    Raises
    ------
    SaveError
        If the folder does not exist or cannot be written; nothing is left behind.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    temporary = target.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        try:
            with temporary.open("xb") as file:  # with the rights that the user's umask leaves
                file.write(data)
            os.replace(temporary, target)
        finally:  # also where it is interrupted
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SaveError(
            explain(
                f"{target} cannot be written",
                came=error.strerror or str(error),
                fix="choose a folder that exists and that you may write to",
            )
        ) from None
    return target
