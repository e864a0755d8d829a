"""The user's own keys in the place of those in the table."""

from collections.abc import Mapping

from textual.keys import REPLACED_KEYS, Keys

from jobdash.errors import UsageError
from jobdash.near import nearest
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key

_TEXTUAL_NAMES = {key.value for key in Keys}


class Keymap:
    """Which key does what, by the ids of the table.

    Raises `UsageError` for an id that is not in the table and for what is no key.
    """

    def __init__(self, chosen: Mapping[str, str]) -> None:
        known = {key.name_for_users for key in keys.ALL}
        for name, wanted in chosen.items():
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean '{near}'?" if near else "`?` in the dashboard lists all"
                raise UsageError(f"keys: nothing is called '{name}': {hint}")
            for key in wanted.split(","):
                _check(name, key.strip())
        self.chosen = dict(chosen)

    def shown(self, key: Key) -> str:
        """Return how the key is written for people."""
        wanted = self.chosen.get(key.name_for_users)
        return key.name if wanted is None else wanted.replace(",", " ")

    def shown_in_line(self, key: Key) -> str:
        """Return how the bottom line names the key: where it has the room of one for two."""
        return self.shown(key) if key.name_for_users in self.chosen else key.pair or key.name


def _check(name: str, key: str) -> None:
    base = key.rpartition("+")[2] if len(key) > 1 else key
    is_known = len(base) == 1 or base in _TEXTUAL_NAMES or base in _NAMED
    if not is_known:
        raise UsageError(f"keys: '{key}' for '{name}' is no key: write it as f5, ctrl+r or x")


_NAMED = {name.lower() for name in REPLACED_KEYS.values()} | {
    key for entry in keys.ALL for key in entry.keys.split(",")
}
