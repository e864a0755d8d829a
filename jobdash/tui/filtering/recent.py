"""What was typed before, to be had again with up and down."""

MOST = 100


class Recent:
    """Texts, the newest last, each once; the one that is being typed comes after them."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._at = 0
        self._draft = ""

    def begin(self) -> None:
        """Stand behind the newest."""
        self._at, self._draft = len(self._texts), ""

    def keep(self, typed: str) -> None:
        """Remember a text, as the newest."""
        if typed.strip():
            others = [text for text in self._texts if text != typed]
            self._texts = [*others[1 - MOST :], typed]

    def go(self, typed: str, *, older: bool) -> str | None:
        """Return the next older or newer text, None if there is none."""
        if self._at == len(self._texts):
            self._draft = typed
        goal = self._at + (-1 if older else 1)
        if not 0 <= goal <= len(self._texts):
            return None
        self._at = goal
        return self._draft if goal == len(self._texts) else self._texts[goal]
