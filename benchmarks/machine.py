"""What the times were measured on, and with."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path


def machine() -> dict[str, str | int]:
    """Return processor, number of processors, system and Python."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions(libraries: Iterable[str]) -> dict[str, str]:
    """Return the versions of libraries."""
    return {name: version(name) for name in libraries}


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
