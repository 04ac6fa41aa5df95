"""The outline: all steps of a level by scope, the current one followed."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from cutaway.step.terminal.text import printable


class Outline(Tree[int]):
    """A tree of steps in their order; a scope that is left and entered again stands twice."""

    BINDINGS = [Binding("space", "press", show=False)]  # noqa: RUF012 as textual has it
    ICON_NODE, ICON_NODE_EXPANDED = "+ ", "- "

    class Pressed(Message):
        """A step is to get a breakpoint, or to lose it."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self) -> None:
        super().__init__("", id="outline")
        self.show_root, self.guide_depth, self.auto_expand = False, 2, True
        self._steps: list[TreeNode[int]] = []
        self._paths: Sequence[str] = ()
        self._now = -1
        self._stops: set[int] = set()
        self._changed: set[int] = set()

    def show_steps(
        self, paths: Sequence[str], now: int, stops: set[int], changed: set[int]
    ) -> None:
        """Show the steps of a level; paint again what is another than before."""
        if paths != self._paths:
            self._fill(paths)
        other = (stops ^ self._stops) | (changed ^ self._changed)
        before, self._now, self._stops, self._changed = self._now, now, stops, changed
        for place in other | {before, now}:
            if 0 <= place < len(self._steps):
                self._steps[place].refresh()
        if now != before and 0 <= now < len(self._steps):
            self._follow(self._steps[now])

    def _fill(self, paths: Sequence[str]) -> None:
        self.clear()
        self._steps, self._now, self._paths = [], -1, paths
        around: list[tuple[str, TreeNode[int]]] = []
        for place, path in enumerate(paths):
            *scopes, name = path.split("/")
            known = 0
            while known < min(len(scopes), len(around)) and around[known][0] == scopes[known]:
                known += 1
            del around[known:]
            for scope in scopes[known:]:
                parent = around[-1][1] if around else self.root
                around.append((scope, parent.add(Text(printable(scope)), expand=True)))
            parent = around[-1][1] if around else self.root
            self._steps.append(parent.add_leaf(Text(printable(name)), place))

    def _follow(self, node: TreeNode[int]) -> None:
        parent = node.parent
        while parent is not None:
            if not parent.is_expanded:  # else all of it would be painted again
                parent.expand()
            parent = parent.parent
        self.call_after_refresh(self._bring, node)

    def _bring(self, node: TreeNode[int]) -> None:
        """Move to a step; scroll by half of the height, so that few steps scroll."""
        top, height = self.scroll_offset.y, self.size.height
        if not top <= node.line < top + height - 1:
            self.scroll_to(y=max(node.line - height // 2, 0), animate=False, immediate=True)
        self.move_cursor(node)

    def render_label(self, node: TreeNode[int], base_style: Style, style: Style) -> Text:
        """Return a label with its marks: where it stands, breakpoints, changes."""
        place = node.data
        if place is None:
            return super().render_label(node, base_style, style)
        label = node.label if isinstance(node.label, Text) else Text(node.label)
        mark = "▶" if place == self._now else " "
        stop = "●" if place in self._stops else " "
        text = Text(f"{mark}{stop}", style)
        text.append(label.plain, style + Style(bold=place == self._now))
        if place in self._changed:
            text.append(" ≠", style)
        return text

    def action_press(self) -> None:
        """Ask for a breakpoint, or fold a scope."""
        node = self.cursor_node
        if node is not None and node.data is not None:
            self.post_message(self.Pressed(node.data))
        else:
            self.action_toggle_node()
