"""The colours of pictures, as Textual takes them."""

from textual.theme import Theme as Colours

from cutaway.render.theme import Theme, read_theme

THEMES = ("dark", "light")


def colours_of(name: str) -> tuple[Theme, Colours]:
    """Return a theme of pictures, and the same for the parts around a heatmap."""
    theme = read_theme(name)
    return theme, Colours(
        name=f"cutaway-{name}",
        primary=theme.lines["query"],
        accent=theme.lit,
        error=theme.lines["key"],
        foreground=theme.ink,
        background=theme.background,
        surface=theme.background,
        panel=theme.shades[0],
        dark=name == "dark",
    )
