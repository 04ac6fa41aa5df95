"""Completion: what each shell is offered."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command import Capture, call

from cutaway.cli import main
from cutaway.models import MODELS

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def offered(shell: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> list[str]:
    """Ask as the shell's script asks, with the cursor at the end of the line."""
    words = shlex.split(line)
    last = "" if line.endswith(" ") else words[-1]
    monkeypatch.setenv("_CUTAWAY_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    place = len(words) if line.endswith(" ") else len(words) - 1
    monkeypatch.setenv("COMP_CWORD", last if shell == "fish" else str(place))
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    return capsys.readouterr().out.splitlines()


def test_commands_options_and_choices(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def fish(line: str) -> list[str]:
        return offered("fish", line, monkeypatch, capsys)

    assert [line.partition("\t")[0] for line in fish("cutaway c")] == [
        "plain,check",
        "plain,compare",
        "plain,completion",
        "plain,cost",
    ]
    options = {line.partition("\t")[0] for line in fish("cutaway draw encoder --")}
    assert {"plain,--level", "plain,--open", "plain,--dim", "plain,--no-fold"} <= options
    assert fish("cutaway draw encoder --level s") == ["plain,sublayer"]
    assert fish("cutaway draw encoder --theme p") == ["file,p", "plain,print"]
    assert fish("cutaway completion z") == ["plain,zsh"]


def test_built_in_names_and_files(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    lines = offered("fish", "cutaway run ", monkeypatch, capsys)
    assert lines[0] == "file,"  # the shell's own completion of files
    assert [line[6:].partition("\t")[0] for line in lines[1:]] == list(MODELS)
    found = offered("zsh", "cutaway cost dec", monkeypatch, capsys)
    items = [tuple(found[n : n + 3]) for n in range(0, len(found), 3)]
    assert items == [
        ("file", "dec", "_"),
        ("plain", "decoder-layer", "Decoder layer"),
        ("plain", "decoder", "Decoder"),
    ]


@pytest.mark.parametrize("shell", ["fish", "zsh", "bash"])
def test_functions_of_a_file(
    shell: str, user: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(Path(user).parent)
    word = "user_model.py : n" if shell == "bash" else "user_model.py:n"  # bash splits it
    lines = offered(shell, f"cutaway check {word}", monkeypatch, capsys)
    wanted = ["never", "number", "nothing"]  # not `needs`, which takes arguments
    if shell == "bash":
        assert lines == [f"plain,{name}" for name in wanted]
    else:
        assert [line for line in lines if "user_model.py:" in line] == [
            f"{'plain,' if shell == 'fish' else ''}user_model.py:{name}" for name in wanted
        ]


def test_a_file_is_read_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "raise SystemExit\ndef _no(): ...\ndef yes(a=1, *b, c=2, **d): ...\ndef k(*, a): ...\n"
    Path("model.py").write_text(text, encoding="utf-8")
    Path("broken.py").write_text("def f(:\n", encoding="utf-8")
    assert offered("fish", "cutaway run model.py:", monkeypatch, capsys) == ["plain,model.py:yes"]
    for file in ("broken.py", "missing.py"):
        assert offered("fish", f"cutaway run {file}:", monkeypatch, capsys) == [""]


def test_bash_completes_for_real(user: str) -> None:
    """Source the script, and call its function as readline does."""
    words = [
        ("cutaway", "mod"),
        ("cutaway", "check", "encoder-"),
        ("cutaway", "check", "user_model.py", ":", "ne"),
        ("cutaway", "check", "user_model.py", ":"),
        ("cutaway", "check", "user_mo"),
    ]
    calls = "\n".join(f"try {shlex.join(line)}" for line in words)
    script = f"""
        eval "$(cutaway completion bash)"
        compopt() {{ :; }}
        try() {{
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            _cutaway_completion cutaway
            echo "${{COMPREPLY[@]}}"
        }}
        complete -p cutaway
        {calls}
    """
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=Path(user).parent,
        env={**os.environ, "PATH": PATH},
        capture_output=True,
        text=True,
        check=True,
    )
    installed, *lines = done.stdout.splitlines()
    assert installed == "complete -o nosort -F _cutaway_completion cutaway"
    assert lines[:3] == ["models", "encoder-layer", "never"]
    assert lines[3].split()[:2] == ["good", "heads"]
    assert lines[4:] == [""]  # bash's own completion of files


@pytest.mark.parametrize(
    ("shell", "sign"),
    [
        ("bash", "complete -o nosort -F _cutaway_completion cutaway"),
        ("zsh", "#compdef cutaway"),
        ("fish", "complete --no-files --command cutaway"),
    ],
)
def test_a_script_for_every_shell(shell: str, sign: str, capsys: Capture) -> None:
    code, out, err = call(capsys, "completion", shell)
    assert (code, err) == (0, "")
    assert sign in out
    assert f"_CUTAWAY_COMPLETE={shell}_complete" in out
