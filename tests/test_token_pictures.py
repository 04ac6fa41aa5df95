"""Level token: every op on every token is a box, and says which."""

import pytest
from geometry import check

import cutaway as ca
from cutaway.graph import OptionError
from cutaway.models.catalogue import MODELS


def attention(names: str = "T T") -> ca.Node:
    query, key = names.split()
    q, k = ca.input("q", (*ca.dims(query), 4)), ca.input("k", (*ca.dims(key), 4))
    return ca.layers.scaled_dot_product_attention(q, k, k)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_node_of_the_unrolled_graph_is_drawn(length: int) -> None:
    graph = ca.Graph(attention())
    picture = ca.draw(graph, "token", axis="T", dims={"T": length}, fold=False)
    check(picture)
    unrolled = ca.transform.unroll(graph, "T", length)
    drawn = [node for box in picture.scene.boxes for node in box.nodes]
    assert sorted(drawn) == sorted(map(unrolled.path, unrolled.nodes))


def test_scores_are_named_by_query_and_key() -> None:
    picture = ca.draw(attention("T S"), "token", axis="S", dims={"S": 3}, lang="both")
    texts = [line.text for box in picture.scene.boxes for line in box.lines]
    assert "词元 2 token 2" in texts
    picture = ca.draw(attention(), "token", dims={"T": 2})
    products = [box for box in picture.scene.boxes if box.family == "matmul"]
    assert [box.lines[1].text for box in products] == [
        *("q₁·k₁", "q₁·k₂", "token 1", "q₂·k₁", "q₂·k₂", "token 2")
    ]
    assert all("[" not in line.text for box in picture.scene.boxes for line in box.lines)


def test_a_whole_layer() -> None:
    graph = MODELS["encoder-layer"].graph()
    check(ca.draw(graph, "token", dims={"T": 2}, lang="both"))


@pytest.mark.parametrize(
    ("names", "options", "words"),
    [
        ("N M", {}, ["neither T nor S", 'axis="M"']),
        ("T T", {}, ["how many there are along T", 'dims={"T": 4}']),
        ("T T", {"axis": "Q", "dims": {"T": 2}}, ["no axis 'Q'", "one of its sizes: T"]),
    ],
)
def test_errors_teach(names: str, options: dict[str, str], words: list[str]) -> None:
    with pytest.raises(OptionError) as caught:
        ca.draw(attention(names), "token", **options)  # type: ignore[arg-type]
    for word in words:
        assert word in str(caught.value)


def test_blocks_are_called_as_at_level_op() -> None:
    y = ca.layers.encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F")
    titles = [
        [frame.title[0].text for frame in picture.scene.frames]
        for picture in (ca.draw(y, "op"), ca.draw(y, "token", dims={"T": 2, "B": 1}))
    ]
    assert titles[0] == titles[1]
    assert "Add & Norm" in titles[1]
