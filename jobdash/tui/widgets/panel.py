"""Lines of text one below the other, in as much room as they need."""

from collections.abc import Sequence

from textual.geometry import Size

from jobdash.tui.looks.spans import Spans, fitted
from jobdash.tui.widgets.lines import Lines


class Panel(Lines):
    """Shows lines from its top; what is too much for it is left out.

    `most` is how many it shows at most. If its height is `auto`, it is as high as it has lines.
    """

    DEFAULT_CSS = "Panel { height: auto; }"

    def __init__(self, most: int, id: str | None = None) -> None:
        super().__init__(id=id)
        self._most = most
        self._texts: tuple[Spans, ...] = ()

    def show(self, texts: Sequence[Spans]) -> None:
        """Show these lines from now on."""
        before, self._texts = self._texts, tuple(texts[: self._most])
        self.redraw()
        if len(self._texts) != len(before) and self.styles.is_auto_height:
            self.refresh(layout=True)

    def lines(self, room: Size) -> Sequence[Spans]:
        """Return the lines in their width."""
        return [fitted(text, room.width) for text in self._texts]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are."""
        return len(self._texts)
