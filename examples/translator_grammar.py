"""A small English–Chinese grammar: every sentence it makes has one right translation.

English puts companion, place and time behind the verb; Chinese puts time, companion and place
in front of it, and the negation before them::

    I do not drink tea with my friend at home today
    我 今天 不 和 我 朋友 在 家 喝 茶

Objects are bare (``apples``), counted with their measure word (``two cups of tea`` is 两 杯 茶,
``a book`` 一 本 书), or have an adjective. Yes/no questions end in 吗; ``what`` and ``where`` ask
in place. Sentences have 3 to 14 words; ``?`` alone is no word.

>>> pair = next(sentences(seed=0))
>>> len(tokenize("She drinks tea."))
3
"""

import difflib
import random
from collections.abc import Iterator
from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, its translation, and the pairs of concepts that it combines."""

    english: Words
    chinese: Words
    combinations: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Splits:
    """Sentences to train on; others like them; and others that combine what never met there."""

    train: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    novel: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """What a verb can have as its object."""

    one: str | None  # singular, with its article; None for what is not counted by itself
    many: str
    chinese: str
    measure: str
    cup: tuple[str, str] | None = None  # what it is counted in: ("cup", "cups")
    adjectives: Words = ()


SUBJECTS = {  # English: (Chinese, third person singular)
    "I": ("我", False),
    "you": ("你", False),
    "he": ("他", True),
    "she": ("她", True),
    "we": ("我们", False),
    "they": ("他们", False),
    "my mother": ("我 妈妈", True),
    "my father": ("我 爸爸", True),
    "the teacher": ("老师", True),
    "the student": ("学生", True),
    "the doctor": ("医生", True),
    "the driver": ("司机", True),
    "my brother": ("我 哥哥", True),
    "my sister": ("我 姐姐", True),
}
COMPANIONS = {
    "my friend": "我 朋友",
    "a friend": "朋友",
    "my mother": "我 妈妈",
    "my father": "我 爸爸",
    "the teacher": "老师",
    "the doctor": "医生",
    "my brother": "我 哥哥",
    "my sister": "我 姐姐",
}
PLACES = {
    "at home": "在 家",
    "at school": "在 学校",
    "in the park": "在 公园",
    "in the library": "在 图书馆",
    "in the office": "在 办公室",
    "in the kitchen": "在 厨房",
    "in the garden": "在 花园",
    "at the restaurant": "在 餐厅",
    "at the shop": "在 商店",
    "at the station": "在 车站",
    "in the hospital": "在 医院",
    "in the classroom": "在 教室",
}
TIMES = {
    "today": "今天",
    "every day": "每天",
    "in the morning": "早上",
    "at noon": "中午",
    "in the afternoon": "下午",
    "in the evening": "晚上",
    "on weekends": "周末",
    "on Monday": "星期一",
    "on Friday": "星期五",
    "on Sunday": "星期天",
}
ADJECTIVES = {"big": "大", "small": "小", "old": "旧", "hot": "热", "new": "新", "good": "好"}
NUMBERS = {"two": "两", "three": "三", "four": "四"}
THINGS = {
    thing.many: thing
    for thing in (
        Thing("an apple", "apples", "苹果", "个", adjectives=("big", "small")),
        Thing("an egg", "eggs", "鸡蛋", "个", adjectives=("big", "small")),
        Thing("a cake", "cakes", "蛋糕", "个", adjectives=("big", "small", "good")),
        Thing(None, "noodles", "面条", "碗", cup=("bowl", "bowls"), adjectives=("hot",)),
        Thing(None, "rice", "米饭", "碗", cup=("bowl", "bowls"), adjectives=("hot",)),
        Thing(None, "tea", "茶", "杯", cup=("cup", "cups"), adjectives=("hot", "good")),
        Thing(None, "coffee", "咖啡", "杯", cup=("cup", "cups"), adjectives=("hot", "good")),
        Thing(None, "milk", "牛奶", "杯", cup=("cup", "cups"), adjectives=("hot",)),
        Thing("a book", "books", "书", "本", adjectives=("new", "old", "good")),
        Thing("a newspaper", "newspapers", "报纸", "份", adjectives=("new", "old")),
        Thing("a letter", "letters", "信", "封", adjectives=("new",)),
        Thing("a movie", "movies", "电影", "部", adjectives=("new", "old", "good")),
        Thing("a song", "songs", "歌", "首", adjectives=("new", "old", "good")),
        Thing("a story", "stories", "故事", "个", adjectives=("new", "old", "good")),
        Thing("a ticket", "tickets", "票", "张", adjectives=("new", "old")),
        Thing("a flower", "flowers", "花", "朵", adjectives=("big", "small")),
        Thing(None, "water", "水", "杯", cup=("cup", "cups"), adjectives=("hot",)),
        Thing(None, "bread", "面包", "片", cup=("piece", "pieces"), adjectives=("hot", "good")),
    )
}
_FOOD = ("apples", "eggs", "cakes", "noodles", "rice", "bread")
_DRINK = ("tea", "coffee", "milk", "water")
_TEXT = ("books", "newspapers", "letters", "stories")
_MORE = ("tickets", "flowers")
VERBS = {  # plain form: (third person, Chinese, objects)
    "eat": ("eats", "吃", _FOOD),
    "drink": ("drinks", "喝", _DRINK),
    "read": ("reads", "读", _TEXT),
    "write": ("writes", "写", ("books", "letters", "stories", "songs")),
    "watch": ("watches", "看", ("movies",)),
    "make": ("makes", "做", ("cakes", "noodles", "rice", "bread")),
    "buy": ("buys", "买", (*_FOOD, *_DRINK, "books", "newspapers", *_MORE)),
    "sell": (
        "sells",
        "卖",
        ("apples", "eggs", "cakes", "tea", "coffee", "books", "newspapers", *_MORE),
    ),
    "sing": ("sings", "唱", ("songs",)),
    "tell": ("tells", "讲", ("stories",)),
    "like": ("likes", "喜欢", (*_FOOD, *_DRINK, *_TEXT, "movies", "songs", "flowers")),
}
_KITCHENS = ("at home", "in the kitchen", "at the restaurant")
_MARKETS = ("at the shop", "at the station", "in the park", "in the garden", "at the restaurant")
WHERE = {"make": _KITCHENS, "buy": _MARKETS, "sell": _MARKETS}  # other verbs: anywhere
STATES = {"like"}  # verbs that happen at no place and no time
LENGTHS = range(3, 15)


@dataclass(frozen=True, slots=True)
class _Clause:
    subject: str
    verb: str
    thing: str
    adjective: str | None
    number: str | None  # "a", "two", …
    companion: str | None
    place: str | None
    time: str | None
    form: str  # says, denies, asks, what, where


def sentences(seed: int) -> Iterator[Pair]:
    """Make sentences without end, the same ones for the same seed."""
    draw = random.Random(seed)
    while True:
        clause = _draw(draw)
        pair = Pair(_english(clause), _chinese(clause), _combinations(clause))
        if sum(word != "?" for word in pair.english) in LENGTHS:
            yield pair


def _draw(draw: random.Random) -> _Clause:
    verb = draw.choice([*VERBS])
    form = draw.choices(("says", "denies", "asks", "what", "where"), (10, 4, 4, 1, 1))[0]
    asking = form in ("asks", "what", "where")
    subject = draw.choice([s for s in SUBJECTS if not (asking and s in ("I", "we"))])
    thing = draw.choice(VERBS[verb][2])
    maybe = draw.random
    adjective = draw.choice(THINGS[thing].adjectives) if maybe() < 0.25 else None
    counted = form == "says" and verb not in STATES and maybe() < 0.35
    number = draw.choice(["a", *NUMBERS]) if counted else None
    moves = verb not in STATES
    companion = draw.choice([c for c in COMPANIONS if c != subject]) if maybe() < 0.4 else None
    place = draw.choice(WHERE.get(verb, (*PLACES,))) if maybe() < 0.6 else None
    # "not … every day" would be 不 是 每天: left out
    times = [t for t in TIMES if not (form == "denies" and t == "every day")]
    time = draw.choice(times) if maybe() < 0.6 else None
    if form == "what":
        adjective = None
    if form == "where":
        form, place = ("where", None) if moves else ("asks", place)
    if not moves:
        companion = place = time = None
    return _Clause(subject, verb, thing, adjective, number, companion, place, time, form)


def _english(clause: _Clause) -> Words:
    third = SUBJECTS[clause.subject][1]
    helper = "does" if third else "do"
    verb = VERBS[clause.verb][0] if third and clause.form == "says" else clause.verb
    front = {
        "says": [clause.subject, verb],
        "denies": [clause.subject, helper, "not", verb],
        "asks": [helper, clause.subject, verb],
        "what": ["what", helper, clause.subject, verb],
        "where": ["where", helper, clause.subject, verb],
    }[clause.form]
    parts = [*front, *([] if clause.form == "what" else [_object(clause)])]
    if clause.companion:
        parts.append(f"with {clause.companion}")
    parts += [part for part in (clause.place, clause.time) if part]
    if clause.form in ("asks", "what", "where"):
        parts.append("?")
    return tuple(" ".join(parts).split())


def _object(clause: _Clause) -> str:
    thing = THINGS[clause.thing]
    many = f"{clause.adjective} {thing.many}" if clause.adjective else thing.many
    if clause.number is None:
        return many
    if thing.cup:
        cup = f"a {thing.cup[0]}" if clause.number == "a" else f"{clause.number} {thing.cup[1]}"
        return f"{cup} of {many}"
    if clause.number != "a":
        return f"{clause.number} {many}"
    assert thing.one
    noun = thing.one.split()[1]
    if not clause.adjective:
        return thing.one
    return f"{'an' if clause.adjective[0] in 'aeiou' else 'a'} {clause.adjective} {noun}"


def _chinese(clause: _Clause) -> Words:
    thing = THINGS[clause.thing]
    parts = [SUBJECTS[clause.subject][0]]
    if clause.time:
        parts.append(TIMES[clause.time])
    if clause.form == "denies":
        parts.append("不")
    if clause.companion:
        parts.append(f"和 {COMPANIONS[clause.companion]}")
    if clause.form == "where":
        parts.append("在 哪里")
    elif clause.place:
        parts.append(PLACES[clause.place])
    parts.append(VERBS[clause.verb][1])
    if clause.number:
        parts.append(f"{'一' if clause.number == 'a' else NUMBERS[clause.number]} {thing.measure}")
    if clause.adjective:
        parts.append(ADJECTIVES[clause.adjective])
    parts.append("什么" if clause.form == "what" else thing.chinese)
    if clause.form == "asks":
        parts.append("吗")
    return tuple(" ".join(parts).split())


def _combinations(clause: _Clause) -> frozenset[tuple[str, str]]:
    thing = None if clause.form == "what" else clause.thing
    pairs = [
        (clause.subject, clause.verb),
        (clause.verb, thing),
        (thing, clause.place),
        (clause.companion, clause.verb),
        (clause.place, clause.time),
    ]
    return frozenset((a, b) for a, b in pairs if a and b)


WITHHELD = frozenset(  # combinations that training never sees
    {
        ("sell", "tea"),
        ("buy", "flowers"),
        ("write", "songs"),
        ("make", "rice"),
        ("the doctor", "drink"),
        ("she", "read"),
        ("we", "watch"),
        ("apples", "in the garden"),
        ("coffee", "in the library"),
        ("books", "at home"),
        ("my father", "eat"),
        ("in the park", "on Friday"),
        ("at school", "at noon"),
    }
)


def splits(seed: int = 0, train: int = 20000, held_out: int = 500, novel: int = 500) -> Splits:
    """Return distinct sentences in three sets that share none.

    ``novel`` sentences each hold a combination of :data:`WITHHELD`, which no other set holds.
    """
    plain: dict[Words, Pair] = {}
    strange: dict[Words, Pair] = {}
    for pair in sentences(seed):
        held = pair.combinations & WITHHELD
        (strange if held else plain).setdefault(pair.english, pair)
        if len(plain) >= train + held_out and len(strange) >= novel:
            break
    known = tuple(plain.values())
    return Splits(
        known[held_out : held_out + train], known[:held_out], (*strange.values(),)[:novel]
    )


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in text.split()}


def english_vocabulary() -> Words:
    """Return every English token, in a fixed order."""
    things = [text for t in THINGS.values() for text in (t.one or "", t.many, *(t.cup or ()))]
    verbs = [form for plain, (third, _, _) in VERBS.items() for form in (plain, third)]
    extra = "do does not with what where of a ?"
    names = (*SUBJECTS, *COMPANIONS, *PLACES, *TIMES, *ADJECTIVES, *NUMBERS)
    return tuple(sorted(_words(extra, *names, *things, *verbs)))


def chinese_vocabulary() -> Words:
    """Return every Chinese token, in a fixed order."""
    things = [text for t in THINGS.values() for text in (t.chinese, t.measure)]
    verbs = [chinese for _, chinese, _ in VERBS.values()]
    tables = (COMPANIONS, PLACES, TIMES, ADJECTIVES, NUMBERS)
    named = [chinese for table in tables for chinese in table.values()]
    subjects = [chinese for chinese, _ in SUBJECTS.values()]
    return tuple(sorted(_words("不 和 吗 一 什么 哪里", *subjects, *named, *things, *verbs)))


def tokenize(text: str) -> Words:
    """Return the tokens of a sentence as a user types it; case and a last mark don't matter.

    Raises
    ------
    ValueError
        Naming the words that the grammar does not know, with the nearest that it does.

    Examples
    --------
    >>> tokenize("Do you drink tea?")
    ('do', 'you', 'drink', 'tea', '?')
    """
    known = {word.lower(): word for word in english_vocabulary()}
    words = text.lower().replace("?", " ?").replace(".", " ").replace("!", " ").split()
    unknown = [word for word in words if word not in known]
    if unknown:
        near = {word: difflib.get_close_matches(word, known, 2) for word in unknown}
        hints = "; ".join(f"{w!r} (near: {', '.join(n) or 'none'})" for w, n in near.items())
        raise ValueError(f"words that the grammar does not know: {hints}")
    return tuple(known[word] for word in words)
