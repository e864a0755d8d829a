"""Every command by its name: what the palette offers, and what the help page lists.

Both are made of the table of keys; the palette adds the themes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jobdash.job import State
from jobdash.text import cell_len
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key
from jobdash.tui.keyboard.keymap import Keymap
from jobdash.tui.keyboard.other_words import OTHER_WORDS
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.spans import Spans, width_of
from jobdash.tui.looks.theme import FAINT, INK, KEY, LOOKS
from jobdash.tui.looks.themes import theme_names
from jobdash.tui.overlays.pick import Offer

_STATE = "state('"
_KEY_CELLS = 10


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do: what it is, the key that does it too, and the action."""

    section: str
    words: str
    key: str
    action: str
    other_words: str = ""

    @property
    def searched(self) -> str:
        """The text in which a typed word is looked for."""
        return f"{self.words} {self.key} {self.section} {self.other_words}"


def commands_here(place: str, here: Sequence[Key], keymap: Keymap) -> list[Command]:
    """Return what can be done in a place, its own commands first, then the ways and themes."""
    found = [*_of(place, here, keymap), *_of("", keys.EVERYWHERE, keymap)]
    themes = [
        Command("theme", f"theme: {name}", "", f"app.use_theme('{name}')", _THEME_WORDS)
        for name in theme_names()
    ]
    return [command for command in found if command.action not in _NOT_OFFERED] + themes


def all_keys(place: str, here: Sequence[Key], keymap: Keymap) -> list[Command]:
    """Return every key: those of a place first, then all others by section."""
    first = list(_of(f"{place} (here)", here, keymap))
    rest = [
        command
        for title, section in keys.SECTIONS
        for command in _of(title.lower(), [key for key in section if key not in here], keymap)
    ]
    return [*first, *rest]


def _of(section: str, some: Iterable[Key], keymap: Keymap) -> Iterator[Command]:
    for key in some:
        if key.meaning:
            other = OTHER_WORDS.get(key.name_for_users, "")
            yield Command(section, key.meaning, keymap.shown(key), key.action, other)


_THEME_WORDS = "colours colors mode"
# Closing, and the palette itself.
_NOT_OFFERED = frozenset({keys.BACK.action, keys.PALETTE.action})


def palette_offer(commands: Sequence[Command]) -> Offer[Command]:
    """Return the commands as something to pick from."""
    return Offer(
        "Commands", "enter does it, esc closes", commands, _palette_columns, _key, _searched
    )


def help_offer(commands: Sequence[Command]) -> Offer[Command]:
    """Return the keys as something to look through."""
    return Offer(
        "Keys", "enter does it, esc closes", commands, _help_columns, _key, _searched,
        names=_own_keys,
    )  # fmt: skip


def theme_offer() -> Offer[str]:
    """Return the themes as something to pick from."""
    return Offer("Colours", "enter keeps, esc leaves", theme_names(), _theme_columns, str, str)


def _key(command: Command) -> Command:
    return command


def _searched(command: Command) -> str:
    return command.searched


def _own_keys(command: Command) -> Sequence[str]:
    return command.key.split()


def _words(command: Command, _: None) -> Spans:
    if command.action.startswith(_STATE) and (name := command.action[len(_STATE) : -2]):
        look = LOOKS[State(name)]
        return ((f"{look.glyph} only {name}", look.style),)
    return ((command.words, INK),)


def _shown_key(command: Command, _: None) -> Spans:
    return ((command.key, KEY),)


def _palette_columns(width: int) -> Sequence[Column[Command, None]]:
    return [Column("", 0, _words), Column("", 10, _shown_key)]


def _help_columns(width: int) -> Sequence[Column[Command, None]]:
    def told(command: Command, _: None) -> Spans:
        """Where it works stands behind what it does, if there is room for all of both."""
        done = _words(command, None)
        left = width - _KEY_CELLS - 2 - width_of(done) - cell_len(command.section)
        return (*done, (" " * left + command.section, FAINT)) if left > 1 else done

    return [Column("", _KEY_CELLS, _shown_key), Column("", 0, told)]


def _theme_columns(width: int) -> Sequence[Column[str, None]]:
    return [Column("", 0, lambda name, _: ((name, INK),))]
