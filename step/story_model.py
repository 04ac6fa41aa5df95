"""Where a story is told: a built-in model at a sentence, or at sizes with numbers drawn for it."""

import difflib
import math
from collections.abc import Mapping

from cutaway.graph import Graph, LoadError, evaluate, input
from cutaway.graph.errors import explain
from cutaway.graph.legal import sizes_in
from cutaway.ops import cross_entropy
from cutaway.run import example_feeds, example_sizes, initialize
from cutaway.step.stepper import Stepper
from cutaway.step.story_file import WrittenStory

TRANSLATOR = "translator"
HEAD = "translator-head"  # the one that the figures show
MOST_WORDS = 40  # of a sentence
MOST_NUMBERS = 100_000_000  # that a model may hold and compute


def story_stepper(story: WrittenStory) -> Stepper:
    """Return a stepper on the model of a story.

    Raises
    ------
    LoadError
        If there is no such model, or it is too large; for a sentence that can't be read.
    ContractError, FeedError, OptionError
        For sizes or an axis that do not fit the model.
    """
    from cutaway.models import MODELS  # no other stepper needs them

    if story.model in (TRANSLATOR, HEAD):
        return _at_a_sentence(story)
    if story.model not in MODELS:
        known = (HEAD, *MODELS)
        near = difflib.get_close_matches(story.model, known, 1)
        raise LoadError(
            explain(
                f"there is no model {story.model[:80]!r} to tell a story of",
                required=f"{HEAD}, or a name from `cutaway models`",
                fix=f"did you mean {near[0]!r}?" if near else "",
            )
        )
    return _at_sizes(story)


def _at_a_sentence(story: WrittenStory) -> Stepper:
    from cutaway.figures.example import entering, feeds_of, head_graph, head_params
    from cutaway.models.translator import END, PAD, START, load

    model = load()
    words = model.tokenize(story.sentence)
    if story.dims or not 0 < len(words) <= MOST_WORDS:
        raise LoadError(
            explain(
                f"a story of the {story.model} has a sentence, and no dims",
                required=f'sentence = "…", of 1 to {MOST_WORDS} words',
                came=f"{len(words)} words{' and dims' * bool(story.dims)}",
            )
        )
    feeds = feeds_of(model, story.sentence)
    names = {"S": (*words, PAD)}
    if story.model == HEAD:
        of_head = {"x": entering(model, feeds)[0], "source": feeds["source"][0]}
        return Stepper(
            head_graph(),
            of_head,
            head_params(model),
            level=story.level,
            axis=story.axis,
            backward=story.backward,
            words=names,
        )
    (translated,) = model.target.decode(feeds["target"][:, 1:])
    names["T"] = (START, *translated)
    graph = model.graph
    if story.backward:  # what training makes small: how unlikely it holds each next word
        feeds["labels"] = model.target.encode([(*translated, END)])
        graph = Graph(cross_entropy(model.graph.outputs[0], input("labels", "B T", dtype="int")))
    return Stepper(
        graph,
        feeds,
        model.params,
        level=story.level,
        axis=story.axis,
        backward=story.backward,
        words=names,
    )


def _at_sizes(story: WrittenStory) -> Stepper:
    from cutaway.models import MODELS

    if story.sentence:
        required = f"{HEAD} or {TRANSLATOR}; of others, dims = {{ T = 4 }}"
        raise LoadError(explain(f"the model {story.model} reads no sentence", required=required))
    graph = MODELS[story.model].graph()
    sizes = example_sizes(graph, story.dims, usual=MODELS[story.model].sizes)
    _check_room(graph, sizes)
    return Stepper(
        graph,
        example_feeds(graph, sizes),
        initialize(graph, sizes, dtype="float32"),
        sizes_in(graph, sizes),
        level=story.level,
        axis=story.axis,
        backward=story.backward,
    )


def _check_room(graph: Graph, sizes: Mapping[str, int]) -> None:
    """A story comes from anywhere: it may not fill the memory."""
    numbers = sum(
        math.prod(int(evaluate(dim, sizes)) for dim in node.shape) for node in graph.nodes
    )
    if numbers > MOST_NUMBERS:
        raise LoadError(
            explain(
                "the model of the story is too large",
                required=f"at most {MOST_NUMBERS} numbers in all of its values",
                came=f"{numbers}",
                fix="give smaller dims",
            )
        )
