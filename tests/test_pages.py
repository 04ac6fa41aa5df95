"""The runner of pages: it runs what is there, and sees what is stale."""

from pathlib import Path

import pytest
from pages import blocks, run_page, unfenced

PAGE = """# A page

```python
n = 6
print(n * 7)
```

```text
41
```

Some words.

```python
print(n, "  ")
```

```python
m = n
```

```console
$ echo "$((6 * 7))"; ls examples/shape_proof.py
$ false || echo "exit code $?"
stale
```
"""


def shown(text: str, folder: Path) -> str:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return run_page(page, folder / "run")


def test_outputs_are_put_in_where_they_are_stale_or_missing(tmp_path: Path) -> None:
    found = shown(PAGE, tmp_path)
    assert found == (
        PAGE.replace("41", "42")
        .replace('print(n, "  ")\n```', 'print(n, "  ")\n```\n\n```text\n6\n```')
        .replace("proof.py\n", "proof.py\n42\nexamples/shape_proof.py\n")
        .replace("stale", "exit code 1")
    )


def test_a_page_that_is_right_stays_as_it_is(tmp_path: Path) -> None:
    once = shown(PAGE, tmp_path)
    again = tmp_path / "again"
    again.mkdir()
    assert shown(once, again) == once


def test_what_fails_is_seen(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        shown("```python\n1 / 0\n```\n", tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(AssertionError, match="false"):
        shown("```console\n$ false\n```\n", other)


def test_all_code_is_found() -> None:
    assert [(block.language, block.code) for block in blocks(PAGE)][-1] == (
        "console",
        '$ echo "$((6 * 7))"; ls examples/shape_proof.py\n$ false || echo "exit code $?"',
    )
    assert unfenced("Type\n\n    pytest\n\nnow\n") == ["pytest"]
