"""``cutaway models``."""

from collections.abc import Mapping

from cutaway.cli.output import print_json
from cutaway.figures import FIGURES
from cutaway.graph import Title
from cutaway.graph.title import languages
from cutaway.models import MODELS


def list_models(lang: str, as_json: bool) -> None:
    """List the built-in models, and the figures."""
    if as_json:
        rows = [
            {"name": m.name, "en": m.title.en, "zh": m.title.zh, "sizes": dict(m.sizes)}
            for m in MODELS.values()
        ]
        figures = [
            {"number": f.number, "name": f.name, "en": f.title.en, "zh": f.title.zh}
            for f in FIGURES.values()
        ]
        print_json({"models": rows, "figures": figures})
        return
    _print({model.name: model.title for model in MODELS.values()}, lang)
    print("\nfigures")
    _print({f"{f.number:>2} {f.name}": f.title for f in FIGURES.values()}, lang)


def _print(titles: Mapping[str, Title], lang: str) -> None:
    width = max(map(len, titles))
    for name, title in titles.items():
        print(f"{name:<{width}}  {' · '.join(map(title.say, languages(lang)))}")
