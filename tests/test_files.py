"""Files appear whole or not at all."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target = save(tmp_path / "there" / "a.svg", "old")
    link = tmp_path / "link.svg"
    link.symlink_to(target)
    assert save(link, "new") == link
    assert link.is_symlink()
    assert target.read_text("utf-8") == "new"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.svg", "link.svg", "there"]


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room on the disk"),
        (errno.EFBIG, "takes no larger file"),
        (errno.ENOENT, "choose a folder that exists"),
    ],
)
def test_the_advice_is_that_of_the_failure(
    number: int, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SaveError, match=advice):
        save(tmp_path / "a.svg", "x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", [5, None, "a\0.svg", b"a.svg", ""])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(SaveError, match="a file is written to a path"):
        save(path, "x")
