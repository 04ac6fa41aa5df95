"""A run beside a trace from elsewhere: PyTorch's names, and traces that are none."""

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from checkpoints import FOLDER, case, feeds
from pages import ROOT, blocks
from safetensors.numpy import load_file, save_file
from stepping import At, at

import cutaway as ca
from cutaway.interop import read_arrays

Array = npt.NDArray[Any]
TRACE = Path(__file__).parent / "oracles" / "trace.safetensors"


def encoder(**options: Any) -> ca.Graph:
    x = ca.input("x", "B T 4")
    return ca.Graph(ca.layers.encoder(x, layers=2, heads=2, hidden=6, **options))


def test_a_trace_of_pytorch_is_ours() -> None:
    found = ca.compare(encoder(), TRACE)
    assert found.equal
    others = {row.other for row in found.rows}
    modules = {"self_attn", "linear1", "linear2", "norm1"}  # norm2 is the layer's output
    assert {f"layers.{n}.{name}" for n in (0, 1) for name in modules} <= others
    assert {"layers.1.self_attn.query.weight", "layers.0.norm1.bias", "x"} <= others
    slopes = [row.gradient for row in found.rows if row.gradient is not None]
    assert len(slopes) == 34  # the cotangent of the output, x, and 16 weights in each layer
    assert 0 < max(slope.relative for slope in slopes) < 1e-5


@pytest.mark.parametrize("name", ["x", "layers.0.linear1.weight", "layers.1.norm2.bias"])
def test_a_gradient_of_pytorch_that_is_another(name: str) -> None:
    arrays = load_file(TRACE)
    arrays[f"grad/{name}"] = arrays[f"grad/{name}"] * 1.001
    first = ca.compare(encoder(), arrays).first
    assert first is not None
    assert (first.kind, first.b) == ("gradient", name)


@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_gradients_that_are_rounding_are_no_difference(scale: float) -> None:
    """Of the sum of what a norm gives, nothing upstream of it has a gradient."""
    graph = encoder()
    here = at(graph)
    loss = ca.Graph(graph.outputs[0].sum() * scale)
    run = ca.Stepper(loss, here.feeds, here.params, here.dims, backward=True)
    arrays = {f"grad/{path}": run.gradient(path) for path in here.params}
    up = "grad/layer.0/feed_forward/up/weight"
    assert 0 < abs(arrays[up]).max() < 1e-12 * scale
    params = {path: array.astype("float32") for path, array in here.params.items()}
    given = (loss, {"x": here.feeds["x"].astype("float32")}, params)
    assert ca.compare(given, arrays).equal
    last = "grad/layer.1/feed_forward_norm/bias"
    arrays[last] = arrays[last] * 1.001
    first = ca.compare(given, arrays).first
    assert first is not None
    assert (first.kind, first.path) == ("gradient", last.removeprefix("grad/"))


@pytest.mark.parametrize(
    ("options", "path", "suspect"),
    [
        ({"activation": "gelu"}, "layer.0/feed_forward/down/add", "layer.0/feed_forward/gelu"),
        (
            {"eps": 1e-3},
            "layer.0/self_attention_norm/layer_norm",
            "layer.0/self_attention_norm/layer_norm",
        ),
        ({"norm": "pre"}, "layer.0/self_attention_norm/layer_norm", ""),
        (
            {"mask": ca.ops.causal_mask("T")},
            "layer.0/self_attention/output/add",
            "layer.0/self_attention/attention/where",
        ),
    ],
    ids=["activation", "eps", "norm", "mask"],
)
def test_what_differs_from_pytorch_is_named(
    options: dict[str, Any], path: str, suspect: str
) -> None:
    first = ca.compare(encoder(**options), TRACE).first
    assert first is not None
    assert first.path == path
    assert not suspect or suspect in [place.path for place in first.onlies]


def test_a_weight_that_was_transposed_twice(tmp_path: Path) -> None:
    arrays = load_file(TRACE)
    params = weights(arrays)
    name = "layer.1/self_attention/output/weight"
    params[name] = np.ascontiguousarray(params[name].T)
    found = ca.compare((encoder(), None, params), arrays)
    assert found.first is not None
    assert (found.first.path, found.first.relation) == (name, "transposed")
    assert len(found.divergences) == 1


def weights(arrays: dict[str, Array]) -> dict[str, Array]:
    """The parameters that a comparison takes from the trace."""
    found = ca.compare(encoder(), arrays)
    names = {row.path: row.other for row in found.rows if row.kind == "parameter"}
    packed = {
        f"layers.{n}.self_attn.{part}.{kind}": np.split(
            arrays[f"layers.{n}.self_attn.in_proj_{kind}"], 3
        )[place]
        for n in (0, 1)
        for place, part in enumerate(("query", "key", "value"))
        for kind in ("weight", "bias")
    }
    both = {**arrays, **packed}
    return {path: both[name].T for path, name in names.items()}


def test_bert_by_the_names_of_its_modules() -> None:
    model = ca.load(FOLDER / "bert")
    given = feeds(model, case("bert"))
    trace = ca.trace(model.graph, given, model.params)
    theirs = {
        "encoder.layer.0.attention.self.query": "encoder/layer.0/self_attention/query/add",
        "encoder.layer.0.attention.output.dense": "encoder/layer.0/self_attention/output/add",
        "encoder.layer.0.attention.output": "encoder/layer.0/self_attention_norm/layer_norm",
        "encoder.layer.0.intermediate.dense": "encoder/layer.0/feed_forward/up/add",
        "encoder.layer.0.output": "encoder/layer.0/feed_forward_norm/layer_norm",
        "encoder.layer.1": "encoder/layer.1/feed_forward_norm/layer_norm",
        "embeddings": "embedding/norm/layer_norm",
    }
    arrays = {name: trace[path] for name, path in theirs.items()}
    found = ca.compare((model.graph, given, model.params), arrays)
    assert found.equal
    assert {row.other: row.path for row in found.rows if row.other in theirs} == theirs
    output = case("bert")["output/last_hidden_state"]
    named = {"output/*": model.graph.path(model.graph.outputs[0])}
    assert ca.compare(
        (model.graph, given, model.params), {"output/last_hidden_state": output}, names=named
    ).equal


def test_a_trace_of_our_own_finds_the_node(tmp_path: Path) -> None:
    here = at(encoder())
    trace = here.trace()
    arrays = {here.graph.path(node): trace[node] for node in trace}
    file = tmp_path / "trace.npz"
    np.savez(file, allow_pickle=False, **arrays)
    stepper = here.stepper()
    assert stepper.compare(file).equal
    stepper.patch("layer.1/feed_forward/relu", lambda array: array + 1)
    first = stepper.compare(file).first
    assert first is not None
    assert (first.kind, first.path) == ("op", "layer.1/feed_forward/relu")


# --- the page's recipe --------------------------------------------------------------------------


class Tensor:
    """As much of a tensor as the recipe uses."""

    def __init__(self, array: Array, grad: "Tensor | None" = None) -> None:
        self.array, self.grad = array, grad

    def detach(self) -> "Tensor":
        return self

    def numpy(self) -> Array:
        return self.array

    def backward(self, cotangent: "Tensor") -> None:
        assert cotangent.array.shape == self.array.shape


class Module:
    """As much of a module as the recipe uses: it doubles."""

    def __init__(self) -> None:
        self.hooks: list[Any] = []

    def named_modules(self) -> list[tuple[str, "Module"]]:
        return [("", self), ("layers.0.linear1", self)]

    def named_parameters(self) -> list[tuple[str, Tensor]]:
        return [("weight", Tensor(np.eye(2)))]

    def register_forward_hook(self, hook: Any) -> None:
        self.hooks.append(hook)

    def __call__(self, x: Tensor) -> Tensor:
        output = Tensor(x.array * 2)
        for hook in self.hooks:
            hook(self, (x,), (output, None))
        return output


class Torch:
    """As much of the library as the recipe uses."""

    def randn_like(self, tensor: Tensor) -> Tensor:
        return Tensor(np.full_like(tensor.array, 0.5))


def test_the_recipe_records_modules_inputs_weights_and_gradients(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "comparing.md").read_text("utf-8")
    (code,) = [b.code for b in blocks(page) if b.code.startswith("def record")]
    names: dict[str, Any] = {"np": np, "torch": Torch()}
    exec(code, names)
    x = Tensor(np.ones((1, 2)), grad=Tensor(np.full((1, 2), 2.0)))
    names["record"](Module(), tmp_path / "trace.npz", x=x)
    found = read_arrays(tmp_path / "trace.npz")
    theirs = ["grad/returned", "grad/x", "layers.0.linear1", "returned", "weight", "x"]
    assert sorted(found) == theirs
    assert found["layers.0.linear1"].tolist() == [[2.0, 2.0]]


# --- bad traces ---------------------------------------------------------------------------------


@pytest.fixture
def here() -> At:
    return at(encoder())


def own(here: At, **changed: Any) -> dict[str, Array]:
    trace = here.trace()
    return {here.graph.path(node): trace[node] for node in trace} | changed


def test_extra_and_missing_arrays_are_listed(here: At) -> None:
    arrays = {"junk": np.ones(3), "layer.0": own(here)["layer.0/feed_forward_norm/layer_norm"]}
    found = ca.compare(tuple(here), arrays)
    assert found.equal
    assert ("only in the reference, and left out: junk", "只在参考数据中、未作比较：junk") in (
        found.notes
    )
    assert any(re.match(r"not in the reference: \d+ nodes", note) for note, _ in found.notes)


def test_an_array_of_another_shape_is_listed_and_the_rest_compared(here: At) -> None:
    changed = {"layer.0/feed_forward/relu": np.ones((2, 2))}
    found = ca.compare(tuple(here), own(here, **changed))
    assert not found.equal
    assert not found.divergences
    (note,) = [english for english, _ in found.notes if "another shape" in english]
    assert "layer.0/feed_forward/relu is (2, 2), and should be (" in note
    assert sum(row.difference is not None for row in found.rows) > 80


WEIGHT = "layers.0.linear1.weight"  # (6, 4) there, (4, 6) here


@pytest.mark.parametrize(
    ("array", "note"),
    [
        (np.ones((3, 4)), f"another shape: {WEIGHT} is (3, 4), and should be (6, 4)"),
        (np.ones(6), f"another shape: {WEIGHT} is (6,), and should be (6, 4)"),
        (np.full((6, 4), np.nan), f"{WEIGHT} holds NaN: 24 of 24 numbers"),
    ],
    ids=["shape", "rank", "nan"],
)
def test_a_parameter_that_cannot_be_run_is_said_and_another_drawn(array: Array, note: str) -> None:
    x = ca.input("x", "B T D")
    graph = ca.Graph(ca.layers.encoder(x, layers=2, heads=2, hidden="d_ff"))
    found = ca.compare(graph, {**load_file(TRACE), WEIGHT: array})
    notes = [english for english, _ in found.notes]
    assert any(note in english for english in notes)
    assert any("and drawn: layer.0/feed_forward/up/weight" in english for english in notes)
    assert not found.equal
    paths = {each.path for each in found.divergences}
    assert paths - {"layer.0/feed_forward/up/weight"} == {"layer.0/feed_forward/up/add"}


def test_an_input_of_another_shape_is_named_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "trace.safetensors"
    save_file({**load_file(TRACE), "x": np.ones((1, 3, 5), "float32")}, file)
    with pytest.raises(ca.FeedError) as caught:
        ca.compare(encoder(), file)
    for text in ("required: x (B, T, 4)", "came:     x (1, 3, 5)", f"where:    {file}"):
        assert text in str(caught.value)


def test_nan_in_an_input_is_said() -> None:
    found = ca.compare(encoder(), {**load_file(TRACE), "x": np.full((1, 3, 4), np.nan)})
    assert ("x holds NaN: 12 of 12 numbers", "x 含有 NaN：12 个数中有 12 个") in found.notes


def test_nan_is_said_where_it_stands(here: At) -> None:
    path = "layer.0/feed_forward/relu"
    array = own(here)[path].copy()
    array.flat[3] = np.nan
    found = ca.compare(tuple(here), own(here, **{path: array}))
    assert found.first is not None
    assert found.first.path == path
    assert len(found.divergences) == 1
    assert "infinite or NaN in one of both" in found.words()
    assert any(f"{path} holds NaN: 1 of " in english for english, _ in found.notes)


def test_the_inputs_have_to_be_there(here: At) -> None:
    arrays = {"layer.0": own(here)["layer.0/feed_forward_norm/layer_norm"]}
    with pytest.raises(ca.FeedError, match="needs the same inputs"):
        ca.compare(here.graph, arrays)


def test_weights_that_are_nowhere_are_drawn_and_named(here: At) -> None:
    arrays = own(here)
    del arrays["layer.1/feed_forward/up/weight"]
    found = ca.compare(here.graph, arrays)
    assert not found.equal
    assert any("and drawn: layer.1/feed_forward/up/weight" in note for note, _ in found.notes)
    assert found.first is not None
    assert found.first.path == "layer.1/feed_forward/up/matmul"


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ({}, ca.LoadError, "nothing in the reference has a name"),
        ({"model.norm": np.ones(3)}, ca.LoadError, "came:     model.norm"),
        ({"x": ["a"]}, ca.OptionError, "is no array of numbers"),
        ({"x": [[1.0], [2.0, 3.0]]}, ca.OptionError, "is no array of numbers"),
        ({"x": object()}, ca.OptionError, "is no array of numbers"),
    ],
)
def test_mappings_that_are_no_traces(
    here: At, arrays: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ca.compare(tuple(here), arrays)


def _npz(file: Path, **arrays: Any) -> bytes:
    np.savez(file, **arrays)
    return file.read_bytes()


def test_files_that_are_no_traces(here: At, tmp_path: Path) -> None:
    whole = _npz(tmp_path / "whole.npz", x=np.ones((2, 3, 4)))
    save_file({"x": np.ones((2, 3))}, tmp_path / "whole.safetensors")
    tensors = (tmp_path / "whole.safetensors").read_bytes()
    pickled = _npz(tmp_path / "pickled.npz", x=np.array([{}], dtype=object))
    bad = {
        "missing.npz": None,
        "folder.npz": "folder",
        "text.npz": b"not an archive",
        "empty.npz": b"",
        "half.npz": whole[: len(whole) // 2],
        "damaged.npz": whole.replace(b"NUMPY", b"YPMUN"),
        "pickled.npz": pickled,
        "letters.npz": _npz(tmp_path / "letters.npz", x=np.array(["a"])),
        "half.safetensors": tensors[:40],
        "huge.safetensors": b"\xff" * 16,
        "trace.pt": whole,
    }
    for name, content in bad.items():
        file = tmp_path / "files" / name
        file.parent.mkdir(exist_ok=True)
        if content == "folder":
            file.mkdir()
        elif isinstance(content, bytes):
            file.write_bytes(content)
        with pytest.raises(ca.LoadError, match=re.escape(name)):
            ca.compare(tuple(here), file)


def _npz_of(file: Path, shape: str, size: int) -> None:
    """Write a file whose header says a shape, over that many bytes."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x.npy", start + bytes(size))


def test_a_file_that_unpacks_to_too_much(tmp_path: Path) -> None:
    file = tmp_path / "bomb.npz"
    np.savez_compressed(file, x=np.zeros(100_000))
    assert file.stat().st_size < 2_000
    with pytest.raises(ca.LoadError, match=r"^[^\n]* holds too much\n"):
        read_arrays(file, largest=100_000)
    for shape, size in (("(400000000,)", 2**26), ("(1000000, 1000000)", 16)):
        _npz_of(file, shape, size)  # a thousand times the file; what only the header says
        with pytest.raises(ca.LoadError, match=r"^[^\n]* holds too much\n"):
            read_arrays(file)
    save_file({"x": np.zeros(100_000)}, tmp_path / "large.safetensors")
    with pytest.raises(ca.LoadError, match=r"^[^\n]* holds too much\n"):
        read_arrays(tmp_path / "large.safetensors", largest=100_000)


def test_arrays_of_all_kinds_are_read(tmp_path: Path) -> None:
    arrays = {
        "tokens": np.arange(3),
        "mask": np.array([True, False]),
        "half": np.ones(2, "float16"),
        "bytes": np.arange(3, dtype="uint8"),
    }
    save_file(arrays, tmp_path / "trace.safetensors")
    np.savez(tmp_path / "trace.npz", allow_pickle=False, **arrays)
    for ending in ("safetensors", "npz"):
        found = read_arrays(tmp_path / f"trace.{ending}")
        assert {name: array.tolist() for name, array in found.items()} == {
            name: array.tolist() for name, array in arrays.items()
        }


def test_another_models_checkpoint_says_what_does_not_fit() -> None:
    one, other = ca.load(FOLDER / "bert"), ca.load(FOLDER / "gpt2")
    found = ca.compare(one, other)
    assert not found.equal
    assert found.first is not None


@pytest.mark.parametrize("prefix", ["model.", "module.", "module.model.", "model/"])
@pytest.mark.parametrize("dots", [False, True])
def test_a_prefix_of_wrappers_and_dots_for_slashes(here: At, prefix: str, dots: bool) -> None:
    trace = here.trace()
    arrays = {here.graph.path(n): trace[n] for n in here.graph.nodes if n.inputs}
    arrays = {path.replace("/", ".") if dots else path: array for path, array in arrays.items()}
    found = ca.compare(tuple(here), {prefix + path: array for path, array in arrays.items()})
    assert found.equal
    assert not any("only in the reference" in note for note, _ in found.notes)
    assert sum(row.difference is not None for row in found.rows) == len(arrays)


def test_a_weight_of_no_pytorch_layer_is_not_turned() -> None:
    x = ca.input("x", "T D")
    with ca.scope("self"):
        graph = ca.Graph(x @ ca.parameter("q", "D D"))
    one, two = np.random.default_rng(0).standard_normal((2, 3, 3))
    for name in ("self/q", "self.q", "model.self.q"):
        assert ca.compare((graph, {"x": one}, {"self/q": two}), {name: two}).equal


def test_an_op_that_is_equal_is_not_blamed_for_a_weight_that_is_another(here: At) -> None:
    trace = here.trace()
    arrays = {here.graph.path(n): np.asarray(trace[n]) for n in here.graph.nodes}
    path = next(n.path for n in here.graph.parameters if n.rank == 2)
    found = ca.compare(tuple(here), {**arrays, path: arrays[path] * 2.0})
    assert [(each.kind, each.path) for each in found.divergences] == [("parameter", path)]
