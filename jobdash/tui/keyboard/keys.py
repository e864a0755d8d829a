"""The one table of keys: bindings, bottom line, help page, palette and README are made from it."""

from collections.abc import Sequence
from dataclasses import replace

from jobdash.job import State
from jobdash.tui.keyboard.key import Key
from jobdash.tui.looks.theme import LOOKS
from jobdash.tui.place_table import PLACES as _PLACES

MOVE = (
    Key("j,down", "move(1)", "", "next line", "j ↓", id="down"),
    Key("k,up", "move(-1)", "", "previous line", "k ↑", id="up"),
    Key("g,home", "first", "", "first line", "g home"),
    Key("G,end", "last", "", "last line", "G end"),
    Key("ctrl+d", "pages(0.5)", "", "half a page down", "ctrl+d", id="half-page-down"),
    Key("ctrl+u", "pages(-0.5)", "", "half a page up", "ctrl+u", id="half-page-up"),
    Key("pagedown", "pages(1)", "", "a page down", "pgdn", id="page-down"),
    Key("pageup", "pages(-1)", "", "a page up", "pgup", id="page-up"),
)

OPEN = Key("enter,d", "open", "open", "open the job, or the jobs of the group", "enter")
RETRY = Key("r", "act('retry')", "retry", "retry: go on with the same job; or run it now")
REPLAY = Key("R", "act('replay')", "replay", "replay: the same call as a new job")
CHANGE = Key("e", "change", "edit", "edit: replay with other arguments")
CANCEL = Key("x", "act('cancel')", "cancel", "cancel: a running job is stopped")
DISCARD = Key("D", "act('discard')", "discard", "discard: out of the dead letters")
TIMING = Key("E", "act('change')", "when", "change priority or time of a job to come", id="when")
MARK = Key("space", "mark", "mark", "mark this one for the next action, and go on")
RANGE = Key("v", "range", "", "mark a range: from here to where you go; again: enough")
RANGE_DOWN = Key("shift+down", "mark_on(1)", "", "mark this one and the next", id="mark-down")
RANGE_UP = Key("shift+up", "mark_on(-1)", "", "mark this one and the one before", id="mark-up")
MARKS = (MARK, RANGE, RANGE_DOWN, RANGE_UP)
MARK_ALL = Key("a,asterisk", "mark_all", "", "mark all that the filter shows", "a *")
ACT_ON_ALL = Key("A", "act_on_all", "all", "act on all that the filter shows, however many")
FILTER = Key("slash", "filter", "filter", "filter: words, task:mail.*, state:failed, age<1h …", "/")
SORT = Key("s", "sort", "sort", "sort: newest, oldest, took longest …")
CHIPS = Key("right_square_bracket", "chip(1)", "state", "next state", "]", "next", "[ ]")
CHIPS_BACK = Key("left_square_bracket", "chip(-1)", "", "previous state", "[", id="previous")
FOLLOW = Key("f", "follow", "follow", "keep the newest in view")
COPY = Key("y,c", "copy", "copy id", "copy the id", "y")
SAVE_LIST = Key("ctrl+s", "save_list", "", "write all jobs of the list to a file, as JSON lines")
COPY_JSON = Key("Y", "copy_json", "", "copy the job as JSON")
COPY_PID = Key("y,c", "copy", "copy pid", "copy the process id", "y")
TABS = Key(
    "right_square_bracket,tab,right", "tab(1)", "tabs", "next part of the job", "] tab",
    "next-part", "[ ]",
)  # fmt: skip
TABS_BACK = Key(
    "left_square_bracket,shift+tab,left", "tab(-1)", "", "previous part", "[",
    id="previous-part",
)  # fmt: skip
OPEN_PART = Key("enter", "open", "open", "open the job of the line; unfold", id="open-part")
NEIGHBOUR = Key("J", "neighbour(1)", "next job", "next job of the list", "J", "next-job", "J K")
NEIGHBOUR_BACK = Key("K", "neighbour(-1)", "", "previous job of the list", id="previous-job")
# Letters of the names of the parts.
PARTS = tuple(
    Key(letter, f"part('{letter}')", "", f"the job's {name}", id=f"part-{name.partition(':')[0]}")
    for letter, name in (
        ("a", "arguments"), ("t", "attempts"), ("s", "result"), ("l", "logs"),
        ("w", "workflow: steps, members, replays"), ("i", "timeline"),
        ("S", "stack: where it is now, while it runs"),
    )
)  # fmt: skip

SEARCH_LOG = Key("slash", "search_log", "", "search in the job's log, from any part", "/")
DEBUG = Key("b", "debug", "debug", "debug: run it again here, the debugger where it fails")

COMPARE = Key(
    "equals_sign", "compare", "compare", "compare: what differs from the last success or failure",
    "=",
)  # fmt: skip

COMPARE_JOBS = Key(
    "equals_sign", "compare_jobs", "", "compare the two that are marked; or one with its like", "=",
    "compare-jobs",
)  # fmt: skip

TESTCASE = Key("C", "testcase", "testcase", "testcase: write a pytest file that makes its call")

EDITOR = Key("v", "editor", "editor", "open your editor at the line where it failed")
FRAMES = Key("V", "frames", "", "open your editor at another line of the failure")

NEXT_BOX = Key("tab", "box(1)", "box", "next box", id="next-box")
LAST_BOX = Key("shift+tab", "box(-1)", "", "previous box", id="previous-box")
LONGER = Key(
    "plus,right_square_bracket", "stretch(1)", "time", "longer time: 5 min, 1 h, 24 h", "+",
    "longer-time", "+ -",
)  # fmt: skip
SHORTER = Key(
    "minus,left_square_bracket", "stretch(-1)", "", "shorter time", "-", id="shorter-time"
)
RETRY_FAILED = Key(
    "r", "act('retry')", "retry failed", "retry the failed jobs of the task", id="retry-failed"
)
SORT_TASKS = Key("s", "sort_tasks", "sort", "sort by name, jobs, failed, p95, cpu or memory")
RUN_NOW = Key("r", "run_now", "run now", "run now: a periodic task once, a delayed job at once")
FIND = Key("slash", "filter", "filter", "filter: words, #12 for one job", "/")
KIND = Key("right_square_bracket", "chip(1)", "kind", "next kind", "]", "next", "[ ]")
KIND_BACK = Key("left_square_bracket", "chip(-1)", "", "previous kind", "[", id="previous")

APPLY = Key("enter", "", "keep it", "")
GIVE_UP = Key("escape", "", "clear it", "", "esc")
COMPLETE = Key("tab", "", "complete", "")
RECALL = Key("up", "", "earlier ones", "", "↑ ↓")
SEARCH_FOR = Key("enter", "", "search", "")
TYPING = (APPLY, COMPLETE, GIVE_UP, RECALL)

CLOSE = Key("escape", "", "close", "", "esc")
CHOOSING = (Key("enter", "", "choose", ""), Key("down", "", "move", "", "↑ ↓"), CLOSE)

_CHOICES = (RETRY, REPLAY, CHANGE, CANCEL, DISCARD, TIMING)

JOBS = (
    OPEN, MARK, *_CHOICES, RANGE, RANGE_DOWN, RANGE_UP, MARK_ALL, ACT_ON_ALL, FILTER, SORT,
    CHIPS, CHIPS_BACK, FOLLOW, COPY, COPY_JSON, SAVE_LIST, COMPARE_JOBS,
)  # fmt: skip
DEAD = (OPEN, *MARKS, RETRY, REPLAY, CHANGE, DISCARD, COPY, COPY_JSON)
ADD_WORKER = Key(
    "plus", "crew('add')", "add", "add a worker; start a pool if there is none", "+", "add-worker"
)
REMOVE_WORKER = Key(
    "minus", "crew('remove')", "remove", "remove the worker, after its job", "-", "remove-worker"
)
RESTART_WORKER = Key(
    "r", "crew('restart')", "restart", "restart the worker, after its job", id="restart-worker"
)
DRAIN_WORKER = Key(
    "w", "crew('drain')", "drain", "drain: take no more jobs; again: take some", id="drain-worker"
)
WORKERS = (OPEN, ADD_WORKER, REMOVE_WORKER, RESTART_WORKER, DRAIN_WORKER, CANCEL, COPY_PID)
JOB = (
    OPEN_PART, *_CHOICES, DEBUG, COMPARE, TESTCASE, EDITOR, FRAMES, TABS, TABS_BACK, NEIGHBOUR,
    NEIGHBOUR_BACK, COPY, COPY_JSON, *PARTS, SEARCH_LOG,
)  # fmt: skip
SEARCH = Key("slash", "search", "search", "search in the log", "/")
# Only while one searches: else the key is the one for a new job, here as everywhere.
HIT = Key("n", "hit(1)", "next hit", "while one searches: next place of it", "n", "next-hit", "n N")
HIT_BACK = Key("N", "hit(-1)", "", "while one searches: the place before", id="previous-hit")
WRAP = Key("w", "wrap", "wrap", "fold long lines, or cut them at the edge")
LEVEL = Key("L", "level", "level", "only log records from info, warning, error on; everything")
RAW = Key("V", "raw", "raw", "raw: control characters as they were written, as pictures")
OLDER = Key("less_than_sign", "attempt(-1)", "", "attempt before, in full", "<", "older-attempt")
NEWER = Key("greater_than_sign", "attempt(1)", "", "attempt after", ">", id="newer-attempt")
COMPARE_ATTEMPT = Key(
    "equals_sign", "compare_attempt", "compare", "compare an older attempt with the next one", "=",
    "compare-attempt",
)  # fmt: skip
ATTEMPTS = (OLDER, NEWER, COMPARE_ATTEMPT)
LOG = (FOLLOW, SEARCH, HIT, HIT_BACK, WRAP, LEVEL, RAW, OLDER, NEWER)
OVERVIEW = (OPEN, NEXT_BOX, LAST_BOX, LONGER, SHORTER)
CHAOS = Key("X", "chaos", "chaos", "chaos: a fault on purpose for the task's next runs; or none")
TASKS = (OPEN, RETRY_FAILED, SORT_TASKS, CHAOS)
SCHEDULE = (OPEN, RUN_NOW, CANCEL, *MARKS, KIND, KIND_BACK, TIMING, COPY)
RETRY_BATCH = Key(
    "r", "act('retry')", "retry failed", "retry the failed jobs of the batch", id="retry-batch"
)
CANCEL_BATCH = Key(
    "x", "act('cancel')", "cancel", "cancel what of the batch has not ended", id="cancel-batch"
)
COPY_NAME = Key("y,c", "copy", "copy name", "copy the name", "y")
BATCHES = (OPEN, RETRY_BATCH, CANCEL_BATCH, COPY_NAME)
EVENTS = (OPEN, FOLLOW, FIND, KIND, KIND_BACK)

BACK = Key("escape", "back", "back", "close one thing: box, filter, marks, job", "esc")
NEW = Key("n", "new", "new job", "new job: choose a task, fill in its arguments")
OPEN_NEW = Key("o", "open_new", "", "open the job that you enqueued or replayed last")
PAUSE = Key("P", "pause", "pause", "pause or resume this task, this batch, or everything")
BREAKER = Key("B", "resume_broken", "", "breaker: let a task go on that it has paused")
UNDO = Key("u", "undo", "undo", "undo the last act, for 30 s; marks are taken away first")
# The same key, where there are marks.
UNMARK = replace(UNDO, label="unmark")
EXPORT = Key("W", "export", "", "export: a copy of everything as it is now, to look at later")
FIND_JOBS = Key("slash", "find_jobs", "", "find jobs: their list, with its filter to type", "/")
HELP = Key("question_mark,f1", "help", "keys", "every key, and what it does", "?")
LEAVE = Key("q", "leave", "quit", "back; at the top: quit")
PALETTE = Key("colon,ctrl+p", "palette", "", "palette: every command, by its name", ":")
ZOOM = Key("z", "zoom", "", "give the list all the room, and not any more")
THEME = Key("T", "theme", "", "theme: choose the colours, light or dark")
FREEZE = Key("p", "freeze", "", "freeze the display, and let it go on")
READ = Key("ctrl+r,f5", "read_again", "", "read the file again now", "ctrl+r")
REDRAW = Key("ctrl+l", "redraw", "", "draw the screen again")
QUIT = Key("ctrl+c,ctrl+q", "quit", "", "quit", "ctrl+c")
SUSPEND = Key("ctrl+z", "suspend_process", "", "suspend; fg comes back")

PLACES = tuple(Key(one.digit, f"place('{one.name}')", "", one.meaning) for one in _PLACES)
EVERYWHERE = (
    NEW, OPEN_NEW, FIND_JOBS, PAUSE, BREAKER, UNDO, EXPORT, BACK, HELP, PALETTE, FREEZE, ZOOM,
    READ, REDRAW, THEME, LEAVE, *PLACES,
)  # fmt: skip

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
    Key("0", "state('')", "", "every state", id="state-any"),
    *(
        Key(_KEY_NAMES[state_key(state)], f"state('{state}')", "", str(state), state_key(state))
        for state in State
    ),
)

# By place, as the help page has them.
SECTIONS: tuple[tuple[str, Sequence[Key]], ...] = (
    ("Move", MOVE),
    ("Jobs", JOBS),
    ("Overview", OVERVIEW),
    ("Dead letters", DEAD),
    ("Tasks", TASKS),
    ("Workers", WORKERS),
    ("Schedule", SCHEDULE),
    ("Events", EVENTS),
    ("Batches", BATCHES),
    ("One job", JOB),
    ("Logs and attempts of a job", (*LOG, COMPARE_ATTEMPT)),
    ("Everywhere", (*EVERYWHERE, SUSPEND, QUIT)),
    ("Show only one state", STATES),
)
ALL = tuple(key for _, section in SECTIONS for key in section)
