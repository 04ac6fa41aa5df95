"""Writing files whole or not at all."""

import os
import tempfile
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
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise SaveError(
            explain(
                f"{target} cannot be written",
                came=error.strerror or str(error),
                fix="choose a folder that exists and that you may write to",
            )
        ) from None
    return target
