"""A text in the two languages in which cutaway speaks, and the choice between them."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeVar, get_args

from cutaway.graph.errors import OptionError, explain

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Known = TypeVar("Known", bound=str)


class Title(NamedTuple):
    """What something is called, or what is said, in English and Chinese."""

    en: str
    zh: str

    def each(self, change: Callable[[str], str]) -> "Title":
        """Return the title with the same done in both languages.

        Examples
        --------
        >>> Title("head", "头").each("{} 3".format)
        Title(en='head 3', zh='头 3')
        """
        return Title(change(self.en), change(self.zh))

    def fill(self, /, *parts: object, **named: object) -> "Title":
        """Return the title with something in its gaps; that may be a title itself.

        Examples
        --------
        >>> Title("{} of {}", "{1} 中的 {0}").fill(3, 8)
        Title(en='3 of 8', zh='8 中的 3')
        >>> Title("no {what}", "没有{what}").fill(what=Title("mask", "掩码")).zh
        '没有掩码'
        """
        return Title(*(_filled(text, place, parts, named) for place, text in enumerate(self)))

    def say(self, lang: str) -> str:
        """Return the text in a language: Chinese for ``zh``, else English.

        Examples
        --------
        >>> Title("head", "头").say("zh")
        '头'
        """
        return self.zh if lang == "zh" else self.en

    @classmethod
    def of(cls, text: "str | Title") -> "Title":
        """Return a title as it is; of a plain text one that is the same in both languages.

        Examples
        --------
        >>> Title.of("encoder"), Title.of(Title("head", "头"))
        (Title(en='encoder', zh='encoder'), Title(en='head', zh='头'))
        """
        return text if isinstance(text, Title) else cls(text, text)


def checked_language(lang: str, known: tuple[Known, ...]) -> Known:
    """Return a language that is asked for.

    Raises
    ------
    OptionError
        If it is none of those that are known.

    Examples
    --------
    >>> checked_language("zh", LANGUAGES)
    'zh'
    """
    for each in known:
        if lang == each:
            return each
    raise OptionError(explain(f"there is no language {lang!r}", required=", ".join(known)))


def languages(lang: str) -> tuple[Language, ...]:
    """Return the languages that are asked for; for ``both``, English first.

    Examples
    --------
    >>> languages("both"), languages("zh")
    (('en', 'zh'), ('zh',))
    """
    return LANGUAGES if lang == "both" else (checked_language(lang, LANGUAGES),)


def _filled(
    text: str, language: int, parts: tuple[object, ...], named: Mapping[str, object]
) -> str:
    def own(part: object) -> object:
        return part[language] if isinstance(part, Title) else part

    return text.format(*map(own, parts), **{name: own(part) for name, part in named.items()})
