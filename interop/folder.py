"""Which files of a checkpoint's folder hold what."""

import os
import re
from pathlib import Path

from cutaway.graph import LoadError
from cutaway.graph.errors import explain
from cutaway.interop.document import brief, parse_object, read_text, reading, repr_of
from cutaway.interop.settings import Settings
from cutaway.interop.tensors import Tensors

CONFIG = "config.json"
"""The file of a checkpoint's settings."""
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
CONVERT = (
    "convert it in its folder, where you trust it: "
    'python -c "import torch, safetensors.torch as s; '
    "w = torch.load('{name}', weights_only=True); "
    "s.save_file({{k: v.clone().contiguous() for k, v in w.items()}}, 'model.safetensors')\""
)


def open_folder(path: str | os.PathLike[str]) -> tuple[Settings, Tensors]:
    """Return the settings and the tensors of a Hugging Face folder.

    ``config.json`` and ``model.safetensors`` (or its shards and their index) are required.

    Raises
    ------
    LoadError
        If it is no folder, if a file is missing or broken, or if the weights are pickled.
    """
    folder = Path(path)
    with reading(folder):
        files = _weights(folder) if folder.is_dir() else None
        if files is None:
            raise _no_folder(folder)
        if not files or not (folder / CONFIG).is_file():
            raise _incomplete(folder)
    where = str(folder / CONFIG)
    return Settings(parse_object(read_text(folder / CONFIG), where), where), Tensors(files)


def _no_folder(path: Path) -> LoadError:
    if path.suffix in PICKLES and path.is_file():
        return _pickled(path)
    return LoadError(
        explain(
            f"{path} is no folder",
            required=f"the folder that holds {CONFIG} and {WEIGHTS}",
            came="a file" if path.exists() else "nothing of that name",
        )
    )


def _weights(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    return _shards(folder) if (folder / INDEX).is_file() else []


def _shards(folder: Path) -> list[Path]:
    """Return the files that an index names, each beside it in the folder."""
    index = parse_object(read_text(folder / INDEX), str(folder / INDEX))
    names = index.get("weight_map")
    if not isinstance(names, dict) or not names:
        raise LoadError(
            explain(
                f"{folder / INDEX} names no files",
                required='"weight_map": the file of each tensor',
                came=brief(repr_of(names)),
            )
        )
    found: dict[Path, None] = {}
    for name in names.values():
        inside = isinstance(name, str) and Path(name).name == name
        if not inside or not name.endswith(".safetensors") or not (folder / name).is_file():
            raise LoadError(
                explain(
                    f"{folder / INDEX} names a file that is not there",
                    required="the name of a .safetensors file in the same folder",
                    came=brief(repr_of(name)),
                )
            )
        found[folder / name] = None
    return list(found)


def _incomplete(folder: Path) -> LoadError:
    files = sorted(folder.iterdir())
    for file in files:
        if file.suffix in PICKLES and folder / WEIGHTS not in files:
            return _pickled(file)
    shown = [_shown(file) for file in files[:20]] + ["…"] * (len(files) > 20)
    return LoadError(
        explain(
            f"{folder} is no checkpoint that can be read",
            required=f"{CONFIG} and {WEIGHTS}, as save_pretrained writes them",
            came=", ".join(shown) or "an empty folder",
        )
    )


def _shown(file: Path) -> str:
    """Name what stands in a folder, and say if one of our names is no file that can be read."""
    strange = file.name in (CONFIG, WEIGHTS) and not file.is_file()
    return brief(file.name, 60) + " (which is no file)" * strange


def _pickled(file: Path) -> LoadError:
    plain = re.fullmatch(r"[\w.-]{1,60}", file.name)  # else it could be code in the command
    return LoadError(
        explain(
            f"{file} is pickled, and never opened: a pickle runs any code it likes",
            required=WEIGHTS,
            fix=CONVERT.format(name=file.name if plain else "pytorch_model.bin"),
        )
    )
