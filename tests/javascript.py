"""Programs run by node, as a page runs them."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.step.packed import Data, packed, to_json
from cutaway.step.program import script

# JSON has no NaN, no infinities, and no -0.
PLAIN = """
const plain = (x) => x instanceof Float64Array ? Array.from(x, plain)
  : Array.isArray(x) ? x.map(plain)
  : typeof x === "number" && !Number.isFinite(x) ? String(x)
  : x && typeof x === "object"
    ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value)]))
  : x;
"""


def run(program: Data, code: str, folder: Path) -> Any:
    """Return what code returns that has a ``machine`` of a program."""
    return run_all([program], code, folder)[0]


def run_all(programs: Sequence[Data], code: str, folder: Path) -> list[Any]:
    """Return what code returns, for each of several programs."""
    parts = ["const found = [];", PLAIN]
    for program in programs:
        body = f"const machine = new Machine(Machine.read({to_json(packed(program))}));\n{code}"
        parts.append(f"{{ {script(program)}\nfound.push(plain((() => {{ {body} }})())); }}")
    parts.append("process.stdout.write(JSON.stringify(found));")
    file = folder / "page.mjs"
    file.write_text("\n".join(parts), "utf-8")
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[Any] = json.loads(done.stdout)
    return found


def array(value: Any) -> npt.NDArray[Any]:
    """Return a value of the machine as an array."""
    return np.array([float(x) for x in value["data"]]).reshape(value["shape"])
