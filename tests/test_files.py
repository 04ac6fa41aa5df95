"""Files appear whole or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cutaway.graph import SaveError, save


@pytest.fixture
def private() -> Iterator[None]:
    """A user whose files nobody else may read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(tmp_path / "a.svg", "old")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        save(file, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert file.read_text("utf-8") == "old"


@pytest.mark.usefixtures("private")
def test_the_rights_are_those_of_the_users_other_files(tmp_path: Path) -> None:
    assert save(tmp_path / "a.svg", b"x").stat().st_mode & 0o777 == 0o600


def test_a_name_as_long_as_the_system_allows(tmp_path: Path) -> None:
    assert save(tmp_path / f"{'x' * 251}.svg", "x").read_text("utf-8") == "x"


@pytest.mark.parametrize("name", ["none/a.svg", "file/a.svg", "folder", f"{'x' * 300}.svg"])
def test_what_cannot_be_written_leaves_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(SaveError, match="cannot be written"):
        save(tmp_path / name, "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
