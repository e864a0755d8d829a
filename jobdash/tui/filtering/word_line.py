"""A line to type words in, which a list is then filtered by."""

from textual.message import Message

from jobdash.tui.filtering.type_line import TypeLine


class WordLine(TypeLine):
    """Shows the words; while one types, each key press tells the list."""

    class Changed(Message):
        """The words are others."""

        def __init__(self, typed: str) -> None:
            super().__init__()
            self.typed = typed

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self._before = ""

    def edit(self) -> None:
        """Open the input."""
        self._before = self.typed
        super().edit()

    def set_typed(self, typed: str) -> None:
        """Make these the words, as if they had been typed."""
        self.typed = typed
        self.draw()
        self.post_message(self.Changed(typed))

    def said(self, what: str) -> None:
        """Escape takes back what was typed."""
        if what == "give_up":
            self.set_typed(self._before)
            self.close()
