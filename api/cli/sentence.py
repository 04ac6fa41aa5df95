"""A sentence as what a model is run at."""

from cutaway.cli.inputs import Given, Point, point
from cutaway.cli.model import Loaded
from cutaway.graph import FeedError
from cutaway.graph.errors import explain
from cutaway.run import example_sizes

Words = dict[str, tuple[str, ...]]


def spoken(model: Loaded, given: Given, sentence: str | None) -> tuple[Point, Words, str]:
    """Return where a model is run, the words along each size, and the sentence that it reads.

    A model that is shown at a sentence reads that, unless another, or feeds or sizes are given.

    Raises
    ------
    FeedError
        If a sentence is given to a model without a tokenizer, or beside feeds or sizes.
    LoadError
        For a sentence that the model can't read.
    """
    if sentence is not None and (given.feeds or given.dims):
        raise FeedError(
            explain(
                "a sentence says already what is fed",
                came=f"--sentence and {'--feed' if given.feeds else '--dim'}",
                fix="give only one of them",
            )
        )
    if sentence is None and not given.feeds and not given.dims:
        sentence = model.example or None
    if sentence is None:
        return point(model, given, "float32"), {}, ""
    if model.reading is None or model.params is None:
        raise FeedError(
            explain(
                f"{model.name} reads no sentence: it has no tokenizer",
                required="translator, or a checkpoint folder with a tokenizer.json",
                fix="leave out --sentence; --feed and --dim say what it is run at",
            )
        )
    feeds, words = model.reading(sentence)
    sizes = example_sizes(model.graph, {}, feeds, model.sizes)
    return Point(sizes, dict(feeds), model.params), words, sentence
