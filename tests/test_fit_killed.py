"""A training that is killed goes on to the same weights, and leaves no half of a checkpoint."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file
from trainings import same

from cutaway.training import read_checkpoint

CODE = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from safetensors.numpy import save_file
from trainings import digits, reversing
import cutaway as ca
from cutaway.run import Adam

folder, point, out, steps = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def tell(record):
    print(record.step, flush=True)
    if record.step == 7 and point == "write":  # a part of it is there, and has no name yet
        os.fsync = die
    if record.step == 7 and point == "rename":
        os.replace = die
    if record.step == 7 and point == "delete":
        Path.unlink = die
graph = reversing(d_model=64, hidden=256)
found = ca.fit(graph, digits, ca.initialize(graph), Adam(1e-3), steps=int(steps), clip=1.0,
               watch=ca.attention_entropy(graph), callbacks=[tell], checkpoint=folder, every=1)
save_file(found.params, out)
"""
STEPS = 120
FEW = 12
TIMES = 20


def begin(folder: Path, out: Path, steps: int, point: str = "") -> subprocess.Popen[str]:
    """Begin a training in a process of its own."""
    code = CODE.format(tests=str(Path(__file__).parent))
    arguments = [sys.executable, "-c", code, str(folder), point, str(out), str(steps)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def check(folder: Path) -> int:
    """Read every checkpoint that has a name; return the newest one's step."""
    return max((read_checkpoint(f).step for f in folder.glob("step-*.safetensors")), default=0)


def finish(folder: Path, out: Path, steps: int) -> None:
    """Train to the end."""
    with begin(folder, out, steps) as process:
        process.communicate()
    assert process.returncode == 0


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path) -> None:
    draw = random.Random(0)
    finish(tmp_path / "whole", tmp_path / "whole.safetensors", STEPS)
    begun = 0
    for number in range(TIMES):
        # each gets some steps further; some time passes before it is killed, so half are kept
        most = max(1, (STEPS // 2 - begun) // (TIMES - number))
        steps, wait = draw.randint(1, most), draw.random() * 0.05
        with begin(tmp_path / "run", tmp_path / "run.safetensors", STEPS) as process:
            assert process.stdout is not None
            for _ in range(steps):
                process.stdout.readline()
            time.sleep(wait)  # in the middle of a step, or of a write
            process.kill()
        assert process.returncode == -signal.SIGKILL
        reached = check(tmp_path / "run")
        assert begun <= reached < STEPS
        begun = reached
    finish(tmp_path / "run", tmp_path / "run.safetensors", STEPS)
    assert begun > 0
    whole, again = (load_file(tmp_path / f"{name}.safetensors") for name in ("whole", "run"))
    assert same(whole, again)
    assert len(list((tmp_path / "run").iterdir())) == 2  # what the killed ones left is gone


@pytest.mark.slow
def test_killed_while_a_checkpoint_is_written(tmp_path: Path) -> None:
    finish(tmp_path / "whole", tmp_path / "whole.safetensors", FEW)
    whole = load_file(tmp_path / "whole.safetensors")
    for point, reached, files in (("write", 7, 3), ("rename", 7, 3), ("delete", 8, 3)):
        folder, out = tmp_path / point, tmp_path / f"{point}.safetensors"
        with begin(folder, out, FEW, point) as process:
            process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert check(folder) == reached
        assert len(list(folder.iterdir())) == files
        finish(folder, out, FEW)
        assert same(whole, load_file(out))
        assert len(list(folder.iterdir())) == 2
