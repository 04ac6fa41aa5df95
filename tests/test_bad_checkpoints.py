"""Folders that are no checkpoint, or a damaged one: one error that says all, soon."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from checkpoints import CONFIG, FOLDER, WEIGHTS, Array, configure, copied, rewrite
from command import Capture, call
from limits import within

import cutaway as ca
from cutaway.models import FAMILIES

QUERY = "encoder.layer.1.attention.self.query"


@contextmanager
def refused(seconds: float = 20.0) -> Iterator[list[str]]:
    """Ask for a LoadError in bounded time; the message is put into the list."""
    message: list[str] = []
    with within(seconds), pytest.raises(ca.LoadError) as error:
        yield message
    message.append(str(error.value))


def test_everything_that_does_not_fit_is_listed_at_once(tmp_path: Path) -> None:
    def damage(tensors: dict[str, Array]) -> None:
        del tensors[f"{QUERY}.bias"], tensors["embeddings.LayerNorm.weight"]
        tensors["classifier.weight"] = np.zeros((3, 32), np.float32)
        tensors["embeddings.word_embeddings.weight"] = np.zeros((98, 32), np.float32)
        tensors[f"{QUERY}.weight"] = np.zeros((32, 32), np.int32)
        tensors["encoder.layer.0.output.dense.weight"][3, 5:8] = np.nan
        tensors["pooler.dense.bias"][0] = np.nan

    folder = rewrite(copied("bert", tmp_path), damage)
    with refused() as message:
        ca.load(folder)
    assert message == [
        "the weights do not fit the model that config.json describes\n"
        "  wrong shape, 1:\n"
        "    embeddings.word_embeddings.weight: (98, 32), (99, 32) required\n"
        "  missing, 2:\n"
        "    embeddings.LayerNorm.weight: (32,)\n"
        f"    {QUERY}.bias: (32,)\n"
        "  NaN, 2:\n"
        "    encoder.layer.0.output.dense.weight: 3 of 2304 numbers\n"
        "    pooler.dense.bias: 1 of 32 numbers\n"
        "  wrong dtype, 1:\n"
        f"    {QUERY}.weight: I32, F64 or F32 or F16 or BF16 required\n"
        "  extra, 1:\n"
        "    classifier.weight: F32 (3, 32)\n"
        f"  where:    {folder}\n"
        "  fix:      use config.json and weights of one and the same model"
    ]


@pytest.mark.parametrize(
    ("fields", "missing", "extra"),
    [({"num_hidden_layers": 3}, 16, 0), ({"num_hidden_layers": 1}, 0, 16)],
)
def test_another_number_of_layers(
    fields: dict[str, int], missing: int, extra: int, tmp_path: Path
) -> None:
    folder = configure(copied("bert", tmp_path), **fields)
    with refused() as message:
        ca.load(folder)
    assert (f"missing, {missing}:" in message[0]) == bool(missing)
    assert (f"extra, {extra}:" in message[0]) == bool(extra)
    layer = 2 if missing else 1
    assert message[0].count(f"encoder.layer.{layer}.") == 16


def test_transposed_and_split_tensors_are_asked_for_in_their_own_shape(tmp_path: Path) -> None:
    def damage(tensors: dict[str, Array]) -> None:
        for name in ("attn.c_attn.weight", "mlp.c_fc.weight"):
            key = f"transformer.h.0.{name}"
            tensors[key] = np.ascontiguousarray(tensors[key].T)

    with refused() as message:
        ca.load(rewrite(copied("gpt2", tmp_path), damage))
    assert "transformer.h.0.attn.c_attn.weight: (96, 32), (32, 96) required" in message[0]
    assert "transformer.h.0.mlp.c_fc.weight: (128, 32), (32, 128) required" in message[0]


def test_one_tensor_under_two_names(tmp_path: Path) -> None:
    def damage(tensors: dict[str, Array]) -> None:
        tensors["bert.pooler.dense.bias"] = tensors["pooler.dense.bias"].copy()

    with refused() as message:
        ca.load(rewrite(copied("bert", tmp_path), damage))
    assert "twice, 1:\n    pooler.dense.bias: the same as bert.pooler.dense.bias" in message[0]


def test_many_extra_tensors_with_hostile_names_make_a_bounded_message(tmp_path: Path) -> None:
    def damage(tensors: dict[str, Array]) -> None:
        for n in range(3000):
            tensors[f"\x1b[31m{n}" + "x" * 1000] = np.zeros(1, np.float32)

    with refused() as message:
        ca.load(rewrite(copied("bert", tmp_path), damage))
    assert "extra, 3000:" in message[0]
    assert "… and 2800 more" in message[0]
    assert "\x1b" not in message[0]
    assert len(message[0]) < 50_000


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def pickle_only(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / WEIGHTS).rename(folder / name)


def written(name: str, text: str | bytes) -> Callable[[Path], object]:
    content = text if isinstance(text, bytes) else text.encode()
    return lambda folder: (folder / name).write_bytes(content)


def index(files: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        (folder / WEIGHTS).rename(folder / "one.safetensors")
        text = json.dumps({"weight_map": files})
        (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")

    return change


def fifo(folder: Path) -> None:
    (folder / CONFIG).unlink()
    os.mkfifo(folder / CONFIG)


FOLDERS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "no config": (
        remove(CONFIG),
        ["is no checkpoint that can be read", "required: config.json and model.safetensors",
         "came:     case.npz, model.safetensors"],
    ),
    "no weights": (remove(WEIGHTS), ["came:     case.npz, config.json"]),
    "a pipe": (fifo, ["is no checkpoint that can be read", "config.json (which is no file), "]),
    "a link to nothing": (
        lambda folder: (folder / WEIGHTS).rename(folder / "x").with_name(WEIGHTS).symlink_to("y"),
        ["came:     case.npz, config.json, model.safetensors (which is no file), x"],
    ),
    "config is a list": (written(CONFIG, "[1, 2]"), ["config.json is no object", "[1, 2]"]),
    "config is no JSON": (written(CONFIG, "{'a': 1}"), ["config.json is no JSON", "line 1"]),
    "config is empty": (written(CONFIG, ""), ["config.json is no JSON"]),
    "config is deep": (written(CONFIG, '{"a":' * 200_000), ["is nested too deep"]),
    "config is no text": (written(CONFIG, b"\x80\x81"), ["config.json is no text", "byte 0"]),
    "config has two": (
        written(CONFIG, '{"model_type": "bert", "model_type": "gpt2"}'), ["stands there twice"],
    ),
    "config is large": (
        written(CONFIG, " " * (2**24 + 1)), ["at most 16,777,216 bytes", "16,777,217 bytes"],
    ),
    "config has a long number": (written(CONFIG, '{"a": ' + "9" * 5000 + "}"), ["is no JSON"]),
    "weights are text": (
        written(WEIGHTS, "version https://git-lfs.github.com/spec/v1\noid sha256:…\n"),
        ["model.safetensors is no sound safetensors file"],
    ),
    "weights are empty": (written(WEIGHTS, ""), ["model.safetensors", "0 bytes"]),
    "pickle": (
        pickle_only("pytorch_model.bin"),
        ["pytorch_model.bin is pickled, and never opened", "required: model.safetensors",
         "torch.load('pytorch_model.bin', weights_only=True)", "s.save_file("],
    ),
    "another pickle": (pickle_only("model.pt"), ["model.pt is pickled", "torch.load('model.pt'"]),
    "a pickle named as code": (
        pickle_only("x');import os;('.bin"), ["is pickled", "torch.load('pytorch_model.bin'"],
    ),
    "index of nothing": (index({}), ["names no files", "came:     {}"]),
    "index of a list": (index([3]), ["names no files", "came:     [3]"]),
    "index of no shard": (index({"a": "two.safetensors"}), ["not there", "'two.safetensors'"]),
    "index leads out": (
        index({"a": f"../{WEIGHTS}"}), ["not there", "required: the name of a .safetensors file"],
    ),
    "index of a number": (index({"a": 3}), ["not there", "came:     3"]),
    "index of a pickle": (index({"a": "config.json"}), ["not there", "'config.json'"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_what_is_no_checkpoint(name: str, tmp_path: Path) -> None:
    change, words = FOLDERS[name]
    folder = copied("bert", tmp_path)
    change(folder)
    with refused() as message:
        ca.load(folder)
    for word in words:
        assert word in message[0]
    assert len(message[0]) < 1500


def test_the_pickle_is_never_opened(tmp_path: Path, capsys: Capture) -> None:
    """Not even where it is one that would show it."""
    folder = copied("bert", tmp_path)
    (folder / WEIGHTS).unlink()
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch opened'\ntR.")
    with refused():
        ca.load(folder)
    with refused() as message:
        ca.load(folder / "pytorch_model.bin")
    assert "is pickled, and never opened" in message[0]
    code, out, err = call(capsys, "check", str(folder / "pytorch_model.bin"))
    assert (code, out, err) == (2, "", f"cutaway: {message[0]}\n")
    assert not (folder / "opened").exists()
    assert not Path("opened").exists()


def test_what_is_no_folder(tmp_path: Path) -> None:
    with refused() as message:
        ca.load(tmp_path / "nothing")
    assert message == [
        f"{tmp_path}/nothing is no folder\n"
        "  required: the folder that holds config.json and model.safetensors\n"
        "  came:     nothing of that name"
    ]
    with refused() as message:
        ca.load(tmp_path / "nothing.bin")
    assert "came:     nothing of that name" in message[0]
    with refused() as message:
        ca.load(FOLDER / "bert" / WEIGHTS)
    assert "is no folder" in message[0]
    assert "came:     a file" in message[0]


def test_what_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with refused() as message:
        ca.load("x" * 5000)
    assert "cannot be read\n  came:     File name too long" in message[0]
    assert len(message[0]) < 500

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    folder = copied("bert", tmp_path)
    for place in ("pathlib.Path.open", "pathlib.Path.read_bytes", "numpy.memmap"):
        with monkeypatch.context() as patch, refused() as message:
            patch.setattr(place, denied)
            ca.load(folder)
        assert "cannot be read\n  came:     Permission denied" in message[0]


def test_a_truncated_checkpoint(tmp_path: Path) -> None:
    folder = copied("bert", tmp_path)
    whole = (folder / WEIGHTS).read_bytes()
    for length in (*range(0, 40), 2000, len(whole) // 2, len(whole) - 1):
        (folder / WEIGHTS).write_bytes(whole[:length])
        with refused() as message:
            ca.load(folder)
        assert WEIGHTS in message[0]
    assert message[0].startswith(f"{folder}/{WEIGHTS} is truncated")


FIELDS: list[tuple[str, dict[str, object], list[str]]] = [
    ("bert", {"model_type": "llama4"}, [
        "model_type cannot be used", "a known family: bert, roberta, distilbert, gpt2",
        "came:     'llama4'"]),
    ("bert", {"model_type": None}, ["model_type cannot be used", "came:     nothing"]),
    ("bert", {"model_type": ["bert"]}, ["model_type cannot be used", "came:     ['bert']"]),
    ("bert", {"architectures": ["BertForSequenceClassification"]}, [
        "a bert checkpoint of a class that is not supported",
        "required: BertModel, BertForMaskedLM, BertLMHeadModel, BertForPreTraining",
        "came:     BertForSequenceClassification", "AutoModel.from_pretrained(FOLDER)"]),
    ("bert", {"architectures": "BertModel"}, ["architectures cannot be used", "a list of class"]),
    ("bert", {"architectures": [3]}, ["architectures cannot be used", "[3]"]),
    ("bert", {"num_hidden_layers": 10**9}, ["whole number from 1 to 1000", "1000000000"]),
    ("bert", {"num_hidden_layers": 0}, ["whole number from 1 to 1000", "came:     0"]),
    ("bert", {"vocab_size": None}, ["vocab_size cannot be used", "came:     nothing"]),
    ("bert", {"vocab_size": "99"}, ["vocab_size cannot be used", "'99'"]),
    ("bert", {"vocab_size": 99.0}, ["vocab_size cannot be used", "99.0"]),
    ("bert", {"vocab_size": True}, ["vocab_size cannot be used", "True"]),
    ("bert", {"hidden_size": 10**30}, ["from 1 to 1000000000"]),
    ("bert", {"num_attention_heads": 5}, ["num_attention_heads", "a divisor of the width 32"]),
    ("bert", {"hidden_act": "tanhshrink"}, ["one of gelu, gelu_new", "'tanhshrink'"]),
    ("bert", {"layer_norm_eps": -1.0}, ["layer_norm_eps", "a finite number above 0", "-1.0"]),
    ("bert", {"layer_norm_eps": float("nan")}, ["a finite number above 0", "nan"]),
    ("bert", {"layer_norm_eps": "1e-5"}, ["a number above 0", "'1e-5'"]),
    ("bert", {"is_decoder": 1}, ["is_decoder", "true or false"]),
    ("bert", {"position_embedding_type": "relative_key"}, [
        "'absolute': nothing else is supported", "'relative_key'"]),
    ("bert", {"add_cross_attention": True}, ["False: nothing else is supported"]),
    ("roberta", {"pad_token_id": 39}, ["max_position_embeddings", "at least 41", "came:     40"]),
    ("roberta", {"pad_token_id": -1}, ["pad_token_id", "a whole number of at least 0"]),
    ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, ["False: nothing else is supported"]),
    ("gpt2", {"n_inner": [128]}, ["n_inner", "[128]"]),
    ("gpt2", {"tie_word_embeddings": "yes"}, ["tie_word_embeddings", "true or false", "'yes'"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "words"), FIELDS, ids=lambda value: str(value)[:50])
def test_a_field_that_cannot_be_used(
    name: str, fields: dict[str, object], words: list[str], tmp_path: Path
) -> None:
    folder = configure(copied(name, tmp_path), **fields)
    with refused() as message:
        ca.load(folder)
    for word in (*words, f"where:    {folder}/{CONFIG}"):
        assert word in message[0]


def test_a_thousand_layers_are_refused_soon(tmp_path: Path) -> None:
    folder = configure(copied("bert", tmp_path), num_hidden_layers=1000)
    with refused() as message:
        ca.load(folder)
    assert "missing, 15968:" in message[0]
    assert "… and 15768 more" in message[0]


HOSTILE: list[object] = [
    None, True, -1, 0, 1, 7, 10**9, 2**63, 10**300, 1.5, 1e308, float("nan"), float("inf"), "", "x",
    "\x1b[2J", [], [[]], {}, {"a": {"b": []}}, ["x"] * 1000, "y" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
def test_any_value_of_any_field_is_refused_or_loads(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    plain = json.loads((folder / CONFIG).read_text("utf-8"))
    errors = 0
    for field in plain:
        for value in HOSTILE:
            configure(folder, **{**plain, field: value})
            with within(20), suppress(ca.LoadError):
                ca.load(folder)
                errors -= 1
            errors += 1
    assert errors > 100
