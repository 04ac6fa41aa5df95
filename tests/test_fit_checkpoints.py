"""Checkpoints that are broken, hostile or another model's: a clear message, and nothing lost."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from trainings import digits, reversing, same

import cutaway as ca
from cutaway.run import SGD, Adam
from cutaway.training import TrainingStep, read_checkpoint

NEWEST = "step-00000006.safetensors"


def train(folder: Path, steps: int = 6, **options: Any) -> Any:
    """Train the small model, with a checkpoint every second step."""
    graph = options.pop("loss", reversing())
    params = options.pop("params", ca.initialize(graph))
    optimizer = options.pop("optimizer", Adam(3e-3))
    return ca.fit(
        graph, digits, params, optimizer, steps=steps, checkpoint=folder, every=2, **options
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files that a training leaves."""
    folder = tmp_path_factory.mktemp("sound")
    train(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def folder(sound: dict[str, bytes], tmp_path: Path) -> Path:
    """Return a folder with these files."""
    for name, content in sound.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_newest_two_are_kept(folder: Path) -> None:
    assert sorted(contents(folder)) == ["step-00000004.safetensors", NEWEST]
    found = read_checkpoint(folder / NEWEST)
    assert (found.step, found.state.step, set(found.state.slots)) == (
        6,
        6,
        {"mean", "square", "largest"},
    )
    assert found.history["loss"].steps.tolist() == [0, 1, 2, 3, 4, 5]


def header(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return a file with its header changed."""
    (length,) = struct.unpack("<Q", content[:8])
    found = json.loads(content[8 : 8 + length])
    change(found)
    text = json.dumps(found).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


def noted(**changes: Any) -> Callable[[bytes], bytes]:
    """Return what changes the notes."""

    def change(found: dict[str, Any]) -> None:
        told = json.loads(found["__metadata__"]["cutaway"])
        found["__metadata__"]["cutaway"] = json.dumps({**told, **changes})

    return lambda content: header(content, change)


def renamed(old: str, new: str) -> Callable[[bytes], bytes]:
    """Return what calls a tensor something else."""

    def change(found: dict[str, Any]) -> None:
        found[new] = found.pop(old)

    return lambda content: header(content, change)


def flipped(content: bytes) -> bytes:
    """Return a file in which one bit of a number fell over."""
    return content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda content: b"", "8 bytes with the header's length"),
    "header cut": (lambda content: content[:100], "is truncated"),
    "cut": (lambda content: content[:-100], "is truncated"),
    "longer": (lambda content: content + b"x", "bytes, as its header says"),
    "a bit": (flipped, "the numbers that were written"),
    "zeros": (lambda content: bytes(len(content)), "a header that begins with {"),
    "a huge header": (lambda content: b"\xff" * len(content), "a header of at most"),
    "no note": (lambda c: header(c, lambda h: h.pop("__metadata__")), "a file of weights alone"),
    "note no JSON": (
        lambda c: header(c, lambda h: h["__metadata__"].update(cutaway="{")),
        "is no JSON",
    ),
    "another format": (noted(format="checkpoint 2"), "the notes of a 'checkpoint 1'"),
    "more notes": (noted(more=1), "the notes of a 'checkpoint 1'"),
    "step": (noted(step=-1), "step: a whole number from 0"),
    "a huge step": (noted(step=10**30), "step: a whole number from 0"),
    "another step": (noted(step=5), "the name step-00000005.safetensors"),
    "stride": (noted(stride=0), "stride: a whole number from 1"),
    "slots": (noted(slots=[1]), "names that are texts"),
    "measured": (noted(measured={"loss": ["", ""]}), "a history with a row for every step"),
    "whose": (noted(whose={"seed": 1}), "names that are texts"),
    "a tensor of nothing": (renamed("params/output/bias", "more"), "the numbers that were"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_one_is_refused_and_nothing_is_lost(kind: str, folder: Path) -> None:
    change, message = BROKEN[kind]
    (folder / NEWEST).write_bytes(change((folder / NEWEST).read_bytes()))
    before = contents(folder)
    with pytest.raises(ca.LoadError) as error:
        train(folder, 8)
    assert message in str(error.value)
    assert NEWEST in str(error.value)
    assert str(error.value).count("fix:") == 1
    then = "goes on from the one before it, step-00000004.safetensors"
    assert f"fix:      move it away: the training then {then}" in str(error.value)
    assert contents(folder) == before


def test_a_broken_one_with_none_before_it(folder: Path) -> None:
    (folder / "step-00000004.safetensors").unlink()
    (folder / NEWEST).write_bytes(b"")
    with pytest.raises(ca.LoadError, match="move it away: the training then begins again"):
        train(folder, 8)


def test_a_folder_that_takes_no_file_is_found_before_the_first_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)  # who runs as root may write anywhere
    with pytest.raises(ca.SaveError, match="Permission denied"):
        train(folder, 8, callbacks=[lambda record: steps.append(record.step)])
    assert steps == []
    assert train(folder, 6).resumed == 6  # nothing is to be written


def test_a_disk_that_is_full_later_on_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ca.SaveError("no room")

    monkeypatch.setattr("cutaway.training.folder.save", refuse)
    with pytest.warns(UserWarning, match="no checkpoint at step [246]: no room"):
        found = train(tmp_path)
    assert found.state.step == 6
    assert contents(tmp_path) == {}


def test_without_the_broken_one_the_training_goes_on_from_the_one_before(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / NEWEST).write_bytes(b"")
    (folder / NEWEST).rename(folder / "broken")
    found = train(folder, 8)
    assert found.resumed == 4
    assert same(found.params, train(tmp_path_factory.mktemp("whole"), 8).params)
    assert (folder / "broken").exists()


def test_a_checkpoint_of_foreign_tensors(tmp_path: Path) -> None:
    save_file({"w": np.zeros(3, np.int32)}, tmp_path / NEWEST)
    with pytest.raises(ca.LoadError, match="a file of weights alone"):
        train(tmp_path)


def other_kind() -> dict[str, Any]:
    graph = reversing()
    params = ca.initialize(graph)
    params["output/bias"] = params["output/bias"].astype(np.float64)
    return {"params": params}


OTHER: dict[str, tuple[Callable[[], dict[str, Any]], str, str]] = {
    "wider": (
        lambda: {"loss": reversing(hidden=20)},
        "the parameter encoder/layer.0/feed_forward/up/weight: float32 (8, 20)",
        "float32 (8, 16)",
    ),
    "deeper": (
        lambda: {"loss": reversing(layers=2)},
        "the parameter encoder/layer.1/",
        "no such",
    ),
    "precision": (other_kind, "the parameter output/bias: float64 (11,)", "float32 (11,)"),
    "activation": (
        lambda: {"loss": reversing(activation="gelu")},
        "graph: the ops of this one",
        "the same parameters, other ops",
    ),
    "heads": (
        lambda: {"loss": reversing(heads=4)},
        "graph: the ops of this one",
        "the same parameters, other ops",
    ),
    "optimiser": (lambda: {"optimizer": SGD(0.1)}, "optimizer: SGD", "Adam"),
    "rate": (lambda: {"optimizer": Adam(1e-3)}, "optimizer.lr: 0.001", "0.003"),
    "schedule": (
        lambda: {"optimizer": Adam(lambda step: 3e-3)},
        "optimizer.lr: a function",
        "0.003",
    ),
    "betas": (
        lambda: {"optimizer": Adam(3e-3, betas=(0.9, 0.98))},
        "optimizer.betas: (0.9, 0.98)",
        "(0.9, 0.999)",
    ),
    "clip": (lambda: {"clip": 1.0}, "clip: 1.0", "None"),
    "seed": (lambda: {"seed": 1}, "seed: 1", "0"),
    "watch": (lambda: {"watch": {"one": ca.constant(1.0)}}, "watch: one", "nothing"),
    "first weights": (
        lambda: {"params": ca.initialize(reversing(), seed=5)},
        "weights: the first weights of this one",
        "others of the same shapes",
    ),
}


@pytest.mark.parametrize("kind", OTHER)
def test_that_of_another_training_is_refused(kind: str, folder: Path) -> None:
    options, required, came = OTHER[kind]
    before = contents(folder)
    with pytest.raises(ca.LoadError, match="is the checkpoint of another training") as error:
        train(folder, 8, **options())
    assert f"required: {required}" in str(error.value)
    assert f"came:     {came}" in str(error.value)
    assert "to begin again, a new folder" in str(error.value)
    assert contents(folder) == before


def test_fewer_steps_than_were_taken(folder: Path) -> None:
    with pytest.raises(ca.OptionError, match="is further already\n  required: at least steps=6"):
        train(folder, 3)


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ca.SaveError, match="takes no checkpoint"):
        train(tmp_path / "file", 10**9)
    assert (tmp_path / "file").read_text() == "x"


def test_a_folder_into_which_another_training_writes(tmp_path: Path) -> None:
    def second(record: TrainingStep) -> None:
        if record.step == 3:
            train(tmp_path)

    with pytest.raises(ca.SaveError, match="another training is writing into"):
        train(tmp_path, callbacks=[second])
    assert train(tmp_path).resumed == 2  # the first is over, and has let go


def test_weights_that_no_such_file_holds(tmp_path: Path) -> None:
    w = ca.parameter("w", "N")
    params = {"w": np.ones(2, np.longdouble)}
    with pytest.raises(ca.OptionError, match="a checkpoint cannot hold params/w"):
        ca.fit(ca.ops.square(w).mean(), [{}], params, SGD(0.1), steps=1, checkpoint=tmp_path)
