"""The bundled translator: its grammar, its words, its score."""

from importlib import resources

import numpy as np
import pytest
import translator_grammar as grammar
from train_translator import exact, train

import cutaway as ca
from cutaway.models.translator import PAD, Translator, load


@pytest.fixture(scope="module")
def data() -> grammar.Splits:
    return grammar.splits()


@pytest.fixture(scope="module")
def model() -> Translator:
    return load()


def test_the_words_are_the_grammars(model: Translator) -> None:
    assert model.source.words == grammar.english_vocabulary()
    assert model.target.words == grammar.chinese_vocabulary()
    assert 90 <= len(model.target.words) <= 120
    assert 90 <= len(model.source.words) <= 120


def test_the_splits_share_nothing_and_use_every_word(data: grammar.Splits) -> None:
    train_set, held_out, novel = ({p.english for p in part} for part in vars_of(data))
    assert (len(train_set), len(held_out), len(novel)) == (20_000, 500, 500)
    assert not train_set & held_out
    assert not train_set & novel
    assert not held_out & novel
    assert {w for s in train_set for w in s} == set(grammar.english_vocabulary())
    assert {w for p in data.train for w in p.chinese} == set(grammar.chinese_vocabulary())


def vars_of(data: grammar.Splits) -> tuple[tuple[grammar.Pair, ...], ...]:
    return data.train, data.held_out, data.novel


def test_novel_sentences_combine_what_training_never_does(data: grammar.Splits) -> None:
    seen = frozenset().union(*(pair.combinations for pair in data.train + data.held_out))
    assert not seen & grammar.WITHHELD
    assert all(pair.combinations & grammar.WITHHELD for pair in data.novel)
    met = frozenset().union(*(pair.combinations for pair in data.novel))
    assert met >= grammar.WITHHELD


def test_withheld_combinations_are_read_off_the_words_too(data: grammar.Splits) -> None:
    """Without trusting the generator's own bookkeeping."""
    for pair in (*data.train, *data.held_out):
        text = " ".join(pair.english)
        assert not ("tea" in pair.english and {"sell", "sells"} & set(pair.english))
        assert not ("at school" in text and "at noon" in text)


def test_one_sentence_has_one_translation(data: grammar.Splits) -> None:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for pair, _ in zip(grammar.sentences(seed=5), range(20_000), strict=False):
        assert found.setdefault(pair.english, pair.chinese) == pair.chinese
        assert 3 <= sum(word != "?" for word in pair.english) <= 14


def test_chinese_puts_time_and_place_before_the_verb(data: grammar.Splits) -> None:
    verbs = {chinese for _, chinese, _ in grammar.VERBS.values()}
    for pair in data.train[:3000]:
        words = list(pair.chinese)
        verb = next(n for n, word in enumerate(words) if word in verbs)
        for early in ("在", "和", "不", *grammar.TIMES.values()):
            if early in words:
                assert words.index(early) < verb, pair
        asks = pair.english[0] in ("do", "does")
        assert (words[-1] == "吗") == asks
        assert ("?" in pair.english) == (asks or pair.english[0] in ("what", "where"))
        if any(number in words for number in ("一", "两", "三", "四")):
            at = next(n for n, word in enumerate(words) if word in ("一", "两", "三", "四"))
            assert words[at + 1] in {thing.measure for thing in grammar.THINGS.values()}


def test_tokenize_says_what_it_does_not_know() -> None:
    assert grammar.tokenize("Do I drink TEA?") == ("do", "I", "drink", "tea", "?")
    with pytest.raises(ValueError, match=r"'aples'.*near: .*apples"):
        grammar.tokenize("I eat aples")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("I eat apples at home today", "我 今天 在 家 吃 苹果"),
        ("Does she drink two cups of tea?", None),
        ("we do not buy flowers at the shop on Sunday.", "我们 星期天 不 在 商店 买 花"),
        ("where does my mother read books ?", "我 妈妈 在 哪里 读 书"),
    ],
)
def test_it_translates(english: str, chinese: str | None, model: Translator) -> None:
    found = model.translate(english)
    if chinese is not None:
        assert found == chinese
    assert found


def test_it_says_which_word_it_does_not_know(model: Translator) -> None:
    with pytest.raises(ca.LoadError, match="does not know the word 'aples'") as error:
        model.translate("I eat aples")
    assert "'apples'" in str(error.value)
    with pytest.raises(ca.LoadError, match="nothing to translate"):
        model.translate("  ")


def test_padding_and_batches_change_no_translation(model: Translator, data: grammar.Splits) -> None:
    sentences = [pair.english for pair in data.held_out[:20]]
    together = model.translate_words(sentences)
    assert together == [model.translate_words([words])[0] for words in sentences]
    padded = model.source.encode(sentences)
    assert (padded == model.source.index[PAD]).any()


def test_the_weights_are_small_and_finite(model: Translator) -> None:
    file = resources.files("cutaway.models.translator").joinpath("weights.safetensors")
    assert len(file.read_bytes()) < 1_000_000
    assert all(np.isfinite(array).all() for array in model.params.values())
    assert set(model.params) == {node.path for node in model.graph.parameters}


def test_the_score(model: Translator, data: grammar.Splits) -> None:
    assert exact(model, data.held_out) >= 0.99
    assert exact(model, data.novel) >= 0.95


@pytest.mark.slow
def test_training_from_nothing_reaches_the_score(data: grammar.Splits) -> None:
    model = train(data, steps=3000, seed=1)
    assert exact(model, data.held_out) >= 0.99
    assert exact(model, data.novel) >= 0.95
