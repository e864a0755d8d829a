"""One key of the dashboard: what it does, and what it is called."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding

_VERBS = {"place": "go"}
_EDITED_REPLAY = "change"


@dataclass(frozen=True, slots=True)
class Key:
    """Keys that do one thing. `label` is for the bottom line, `meaning` for the help page.

    `pair` is how the bottom line names this one together with the one that does the opposite; `id`
    is what the user's own choice of keys names; without one it is made of the action.
    """

    keys: str
    action: str
    label: str
    meaning: str
    shown: str = ""
    id: str = ""
    pair: str = ""

    @property
    def name_for_users(self) -> str:
        """The id: the operation's own name, `go-jobs`, `state-failed`, `new`."""
        verb, _, rest = self.action.partition("(")
        what = rest.rstrip(")").strip("'")
        made = (
            self.operation
            if verb == "act"
            else "-".join(filter(None, (_VERBS.get(verb, verb), what)))
        )
        return self.id or made.replace("_", "-")

    @property
    def name(self) -> str:
        """How the key is written for people."""
        return self.shown or self.keys.partition(",")[0]

    @property
    def operation(self) -> str:
        """The operation on jobs that the key starts, '' if it does something else."""
        if self.action == _EDITED_REPLAY:
            return "replay"
        return self.action[len("act('") : -len("')")] if self.action.startswith("act(") else ""


def bindings(keys: Iterable[Key], *, priority: bool = False) -> list[Binding]:
    """Return Textual's bindings for some keys."""
    return [
        Binding(
            key.keys,
            key.action,
            key.meaning,
            show=False,
            priority=priority,
            id=key.name_for_users or None,
        )
        for key in keys
    ]
