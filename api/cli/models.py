"""``cutaway models``."""

from cutaway.cli.output import print_json
from cutaway.models import MODELS


def list_models(lang: str, as_json: bool) -> None:
    """List the built-in models."""
    if as_json:
        rows = [
            {"name": m.name, "en": m.title.en, "zh": m.title.zh, "sizes": dict(m.sizes)}
            for m in MODELS.values()
        ]
        print_json({"models": rows})
        return
    width = max(map(len, MODELS))
    for model in MODELS.values():
        titles = {"en": model.title.en, "zh": model.title.zh, "both": " · ".join(model.title)}
        print(f"{model.name:<{width}}  {titles[lang]}")
