"""A page in a notebook."""

from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True, slots=True)
class Frame:
    """A page in a frame of its own: it sees nothing of the notebook, nor of other frames.

    Attributes
    ----------
    html
        The page.
    height
        In pixels.
    title
        What the frame is called, for those who hear it.
    """

    html: str = field(repr=False)
    height: int
    title: str = "cutaway"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts" '
            f'title="{escape(self.title)}" width="100%" height="{self.height}" '
            f'style="border:0"></iframe>'
        )
