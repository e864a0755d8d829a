"""The one table of keys: bindings, the bottom line and the help page are made from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding

from jobdash.job import State
from jobdash.tui.theme import LOOKS


@dataclass(frozen=True, slots=True)
class Key:
    """Keys that do one thing. `label` is for the bottom line, `meaning` for the help page."""

    keys: str
    action: str
    label: str
    meaning: str
    shown: str = ""

    @property
    def name(self) -> str:
        """How the key is written for people."""
        return self.shown or self.keys.partition(",")[0]

    @property
    def operation(self) -> str:
        """The operation on jobs that the key starts, '' if it does something else."""
        if self.action == CHANGE.action:
            return "replay"
        return self.action[len("act('") : -len("')")] if self.action.startswith("act(") else ""


MOVE = (
    Key("j,down", "move(1)", "", "next line", "j ↓"),
    Key("k,up", "move(-1)", "", "previous line", "k ↑"),
    Key("g,home", "first", "", "first line", "g home"),
    Key("G,end", "last", "", "last line", "G end"),
    Key("ctrl+d", "pages(0.5)", "", "half a page down", "ctrl+d"),
    Key("ctrl+u", "pages(-0.5)", "", "half a page up", "ctrl+u"),
    Key("pagedown", "pages(1)", "", "a page down", "pgdn"),
    Key("pageup", "pages(-1)", "", "a page up", "pgup"),
)

OPEN = Key("enter,d", "open", "open", "open the job, or the jobs of the group", "enter")
RETRY = Key("r", "act('retry')", "retry", "retry: go on with the same job")
REPLAY = Key("R", "act('replay')", "replay", "replay: the same call as a new job")
CHANGE = Key("e", "change", "edit", "edit: replay with other arguments")
CANCEL = Key("x", "act('cancel')", "cancel", "cancel: a running job is stopped")
DISCARD = Key("D", "act('discard')", "discard", "discard: out of the dead letters")
MARK = Key("space", "mark", "mark", "mark this one for the next action")
MARK_ALL = Key("a", "mark_all", "", "mark all that the filter shows")
UNMARK = Key("u", "unmark", "unmark", "take all marks away")
FILTER = Key("slash", "filter", "filter", "filter: words, task:mail.*, error:OSError, group:…", "/")
CHIPS = Key("right_square_bracket", "chip(1)", "state", "next state", "[ ]")
CHIPS_BACK = Key("left_square_bracket", "chip(-1)", "", "previous state", "[")
FOLLOW = Key("f", "follow", "follow", "keep the newest in view")
COPY = Key("y,c", "copy", "copy id", "copy the id", "y")
COPY_PID = Key("y,c", "copy", "copy pid", "copy the process id", "y")
TABS = Key("right_square_bracket,tab,right", "tab(1)", "tabs", "next part of the job", "[ ]")
TABS_BACK = Key("left_square_bracket,shift+tab,left", "tab(-1)", "", "previous part", "[")

APPLY = Key("enter", "", "keep the filter", "")
GIVE_UP = Key("escape", "", "give it up", "", "esc")
RECALL = Key("up", "", "earlier ones", "", "↑ ↓")
TYPING = (APPLY, GIVE_UP, RECALL)

_CHOICES = (RETRY, REPLAY, CHANGE, CANCEL, DISCARD)

JOBS = (OPEN, MARK, *_CHOICES, UNMARK, MARK_ALL, FILTER, CHIPS, CHIPS_BACK, FOLLOW, COPY)
DEAD = (OPEN, MARK, RETRY, REPLAY, CHANGE, DISCARD, UNMARK, COPY)
WORKERS = (OPEN, COPY_PID)
JOB = (*_CHOICES, TABS, TABS_BACK, COPY)

BACK = Key("escape", "back", "back", "close one thing: box, filter, marks, job", "esc")
NEW = Key("n", "new", "new job", "new job: choose a task, fill in its arguments")
PAUSE = Key("P", "pause", "pause", "pause or resume this task, or everything")
HELP = Key("question_mark,f1", "help", "keys", "this page", "?")
LEAVE = Key("q", "leave", "quit", "back; at the top: quit")
QUIT = Key("ctrl+c,ctrl+q", "quit", "", "quit", "ctrl+c")
SUSPEND = Key("ctrl+z", "suspend_process", "", "suspend; fg comes back")

PLACES = (
    Key("1", "place('jobs')", "", "the jobs"),
    Key("2", "place('dead')", "", "the dead letters"),
    Key("3", "place('workers')", "", "the workers"),
)
EVERYWHERE = (NEW, PAUSE, BACK, HELP, LEAVE, *PLACES)

# A state's ASCII sign is its key; these signs are taken by actions.
_OTHER_KEYS = {"x": "!", ":": ";"}
_KEY_NAMES = {
    ";": "semicolon", "@": "at", ".": "full_stop", ">": "greater_than_sign", "~": "tilde",
    "+": "plus", "!": "exclamation_mark", "-": "minus", "%": "percent_sign", "#": "number_sign",
}  # fmt: skip


def state_key(state: State) -> str:
    """Return the key that shows only this state."""
    sign = LOOKS[state].sign
    return _OTHER_KEYS.get(sign, sign)


STATES = (
    Key("0", "state('')", "", "every state"),
    *(
        Key(_KEY_NAMES[state_key(state)], f"state('{state}')", "", str(state), state_key(state))
        for state in State
    ),
)


def bindings(keys: Iterable[Key], *, priority: bool = False) -> list[Binding]:
    """Return Textual's bindings for some keys."""
    return [
        Binding(key.keys, key.action, key.meaning, show=False, priority=priority) for key in keys
    ]
