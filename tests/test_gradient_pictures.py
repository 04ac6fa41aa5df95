"""Forward and backward pass in one picture: mirrored, and gradients told from values."""

from collections.abc import Callable

import pytest
from geometry import SVG, arrows, boxes, check, parse

import cutaway as ca
from cutaway.models.catalogue import MODELS
from cutaway.render.draw import LEVELS
from cutaway.render.theme import THEMES, read_theme


def with_gradients(y: ca.Node, weights: bool = False) -> ca.Graph:
    loss = (y * y).mean()
    graph = ca.Graph(loss)
    wrt = [node for node in graph.inputs if node.dtype == "float"]
    return ca.Graph([loss, *ca.grad(loss, wrt=[*wrt, *(graph.parameters if weights else ())])])


def layer() -> ca.Node:
    return ca.layers.encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F")


def decoder() -> ca.Node:
    return MODELS["decoder-layer"].graph().outputs[0]


@pytest.mark.parametrize("make", [layer, decoder])
@pytest.mark.parametrize("weights", [False, True])
def test_a_block_is_beside_its_backward_block(make: Callable[[], ca.Node], weights: bool) -> None:
    picture = ca.draw(with_gradients(make(), weights))
    check(picture)
    placed = boxes(parse(picture))
    pairs = [(path.removeprefix("∇/"), path) for path in placed if path.startswith("∇/")]
    pairs = [(there, here) for there, here in pairs if there in placed and "_" in there]
    assert len(pairs) >= 4
    titles = {box.path: box.lines[0].text for box in picture.scene.boxes}
    for forward, backward in pairs:
        assert placed[forward].right < placed[backward].left
        middles = [(placed[p].top + placed[p].bottom) / 2 for p in (forward, backward)]
        assert abs(middles[0] - middles[1]) < 2
        assert titles[backward] == f"∇ {titles[forward]}"


def test_backward_blocks_of_folded_layers_have_their_names() -> None:
    y = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F")
    picture = ca.draw(with_gradients(y))
    check(picture)
    titles = [box.lines[0].text for box in picture.scene.boxes if box.role == "group"]
    forward = [title for title in titles if not title.startswith("∇")]
    backward = [f"∇ {title}" for title in reversed(forward)]
    assert titles == [*forward, *backward * 3]
    frames = [frame.title[0].text for frame in picture.scene.frames]
    assert frames == ["3× Layer · post-norm", "∇ Backward pass", *["∇ Layer"] * 3]


@pytest.mark.parametrize("direction", ["BT", "TB", "LR", "RL"])
@pytest.mark.parametrize("level", ["sublayer", "op"])
def test_gradients_flow_against_values(level: str, direction: str) -> None:
    graph = with_gradients(layer(), weights=True)
    picture = ca.draw(graph, level, direction=direction)
    check(picture)
    placed = boxes(parse(picture))
    axis = 1 if direction in ("BT", "TB") else 0
    sign = 1 if direction in ("BT", "RL") else -1  # where gradients go, on the page
    found = [a for a in arrows(parse(picture)) if a.attrib["class"] == "gradient"]
    assert len(found) >= 5
    for arrow in found:
        tail, head = (placed[arrow.attrib[end]] for end in ("data-from", "data-to"))
        assert arrow.attrib["data-from"].startswith("∇/")
        assert arrow.attrib["data-to"].startswith("∇/")
        assert sign * (head[axis] - tail[axis]) > 0


def test_every_gradient_is_lit_by_its_colour_and_the_legend() -> None:
    graph = with_gradients(layer())
    for name in THEMES:
        picture = ca.draw(graph, theme=name)
        ink = read_theme(name).lines["gradient"]
        found = [a for a in arrows(parse(picture)) if a.attrib["class"] == "gradient"]
        for arrow in found:
            [path] = arrow.iterfind(f"{SVG}path")
            assert path.attrib["stroke"] == ink
        words = [t.text for t in parse(picture).iterfind(f".//*[@class='legend']/{SVG}text")]
        assert words.count("gradient") == 1
    assert "∇ 反向传播" in ca.draw(graph, lang="zh").svg
    assert "gradient" not in ca.draw(layer()).svg


def test_what_the_backward_pass_reads_is_no_gradient() -> None:
    y = ca.ops.relu(ca.input("x", "T D"))
    picture = ca.draw(with_gradients(y), "op")
    kinds = {
        (a.attrib["data-from"], a.attrib["data-to"]): a.attrib["class"]
        for a in arrows(parse(picture))
    }
    assert kinds["relu", "∇/greater"] == "data"
    assert kinds["∇/greater", "∇/cast"] == "data"  # compared, and no mask
    assert kinds["∇/cast", "∇/multiply.2"] == "data"
    assert kinds["∇/add", "∇/multiply.2"] == "gradient"


def test_gradients_of_gradients_and_of_given_cotangents_are_drawn() -> None:
    x = ca.input("x", "N")
    slope = ca.grad((ca.ops.tanh(x) * x).sum(), wrt=x)
    twice = ca.Graph(ca.grad(slope.sum(), wrt=x))
    for graph, level in ((twice, "op"), *((ca.transform.backward(layer()), n) for n in LEVELS)):
        picture = ca.draw(graph, level)
        check(picture)
        if level in ("sublayer", "op"):
            assert "gradient" in {arrow.stroke for arrow in picture.scene.arrows}


def test_gradients_go_round_blocks_as_residuals_do() -> None:
    """Where a value parted, its gradients meet: outside of the blocks that read it."""
    picture = ca.draw(with_gradients(layer()))
    paths = {box.id: box.path for box in picture.scene.boxes}
    found = {
        (paths[arrow.tail], paths[arrow.head]): arrow.stroke
        for arrow in picture.scene.arrows
        if arrow.line == "gradient"
    }
    for norm, block, total in (
        ("∇/feed_forward_norm", "∇/feed_forward", "∇/add.1"),
        ("∇/self_attention_norm", "∇/self_attention", "∇/add.2"),
    ):
        assert found[norm, block] == "gradient"
        assert found[norm, total] == "residual"
        assert found[block, total] == "gradient"
    assert list(found.values()).count("residual") == 2
    stack = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F")
    gradients = [a for a in ca.draw(with_gradients(stack)).scene.arrows if a.line == "gradient"]
    assert [arrow.stroke for arrow in gradients].count("residual") == 6


def test_gradients_are_added_innermost_first() -> None:
    """Those of queries, keys and values in their attention, the residual's after them."""
    (slope,) = with_gradients(layer()).outputs[1:]
    assert slope.scope.path == "∇"
    assert [source.scope.names[-1] for source in slope.inputs] == [
        "self_attention_norm",
        "self_attention",
    ]


def test_a_guard_is_no_mask() -> None:
    """The gradient of a power asks where its exponent is 0: nobody attends there."""
    x = ca.input("x", "B T D")
    loss = (ca.layers.encoder_layer(x, heads="H", hidden="F") ** 2).mean()
    picture = ca.draw(ca.Graph([loss, *ca.grad(loss, wrt=[x])]))
    titles = {line.text for box in picture.scene.boxes for line in box.lines}
    assert "∇ Comparison" in titles
    assert "∇ Mask" not in titles
    assert "mask" not in {arrow.stroke for arrow in picture.scene.arrows}
