"""The dashboard on a real terminal: how it begins and how it ends."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_support import Stock
from waiting import PATIENCE

PROGRAM = """
import sys
from pathlib import Path
from jobdash.errors import JobdashError
from jobdash.tui import DashboardOptions, run_dashboard
try:
    sys.exit(run_dashboard(DashboardOptions(Path(sys.argv[1]))))
except JobdashError as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(2)
"""
COMMAND = [sys.executable, "-c", PROGRAM]


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, words: list[str], size: tuple[int, int] = (80, 24), **env: str) -> None:
        self.end, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(theirs)
        self._theirs = theirs
        self.output = b""
        others = ("NO_COLOR", "COLUMNS", "LINES")
        surroundings = {name: value for name, value in os.environ.items() if name not in others}
        surroundings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | env
        self.process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings,
            start_new_session=True,
        )  # fmt: skip

    def until(self, pattern: bytes) -> None:
        """Read until the output so far holds a pattern."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.output, re.DOTALL):
            assert time.monotonic() < deadline, self.output[-2000:]
            self._read()

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.end, keys)

    def exit_status(self) -> int:
        """Wait for the end of the program and return its status."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.output[-2000:]
            self._read()
        while self._read():
            pass
        return self.process.returncode

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was: modes, screen, cursor, mouse, keyboard."""
        undone = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[<u")
        return all(code in self.output for code in undone) and (
            termios.tcgetattr(self._theirs) == self.before
        )

    def close(self) -> None:
        """End the program if it still runs, and let go of the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._theirs)
        os.close(self.end)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.end], [], [], 0.05)
        if ready:
            self.output += os.read(self.end, 65536)
        return bool(ready)


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    made.add(task="first.task")
    yield made
    made.database.close()


@pytest.fixture
def terminal(stock: Stock) -> Iterator[Terminal]:
    made = Terminal([*COMMAND, str(stock.path)])
    made.until(b"first.task.*oldest")
    yield made
    made.close()


def ends_with(terminal: Terminal, key: bytes) -> None:
    """Check that a key ends it and restores the terminal."""
    terminal.send(key)
    assert terminal.exit_status() == 0
    assert terminal.is_restored


def test_ctrl_c_ends_it(terminal: Terminal) -> None:
    ends_with(terminal, b"\x03")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_and_restores_the_terminal(
    terminal: Terminal, number: signal.Signals, status: int
) -> None:
    terminal.process.send_signal(number)
    assert terminal.exit_status() == status
    assert terminal.is_restored


def test_a_change_in_the_file_is_painted_without_a_key_and_ctrl_q_ends_it(
    stock: Stock, terminal: Terminal
) -> None:
    stock.add(task="second.task")
    terminal.until(b"second.task")
    ends_with(terminal, b"\x11")


def test_escape_sequences_in_the_file_never_reach_the_terminal(stock: Stock) -> None:
    stock.fail(task="\x1b]0;PWNED\x07", error_message="\x1b[2J\x9b31m", traceback="\x1b]0;x\x07")
    terminal = Terminal([*COMMAND, str(stock.path)], (120, 36))
    terminal.until("␛".encode())
    terminal.send(b"\r")
    terminal.until(b"attempt 1")
    terminal.send(b"q")
    terminal.until(b"first.task")
    ends_with(terminal, b"q")
    assert b"\x1b]0;" not in terminal.output
    assert b"\x1b[2J" not in terminal.output
    assert b"\xc2\x9b" not in terminal.output
    terminal.close()


def test_no_color_means_no_colour_but_the_signs_stay(stock: Stock) -> None:
    terminal = Terminal([*COMMAND, str(stock.path)], (120, 36), NO_COLOR="1")
    terminal.until("◌ pending".encode())
    terminal.send(b"q")
    terminal.exit_status()
    for red, green, blue in re.findall(rb"8;2;(\d+);(\d+);(\d+)", terminal.output):
        assert red == green == blue
    terminal.close()


def test_a_terminal_without_colours_gets_none_and_the_cursor_is_reversed(stock: Stock) -> None:
    terminal = Terminal([*COMMAND, str(stock.path)], (80, 24), TERM="vt100", COLORTERM="")
    terminal.until("◌ pending".encode())
    terminal.send(b"q")
    terminal.exit_status()
    styles = {part for found in re.findall(rb"\x1b\[([0-9;]*)m", terminal.output)
              for part in found.split(b";")}  # fmt: skip
    assert styles <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"22", b"39", b"49"}
    assert b"7" in styles
    terminal.close()


def test_a_locale_without_utf8_gets_ascii(stock: Stock) -> None:
    words = [sys.executable, "-X", "utf8=0", *COMMAND[1:], str(stock.path)]
    terminal = Terminal(words, LC_ALL="POSIX", PYTHONCOERCECLOCALE="0")
    terminal.until(b"\\. pending")
    terminal.send(b"q")
    assert terminal.exit_status() == 0
    assert terminal.output.isascii()
    terminal.close()


# -- no terminal to draw on ----------------------------------------------------------------------


def test_a_pipe_gets_a_sentence_and_no_escape_code(stock: Stock) -> None:
    done = subprocess.run(
        [*COMMAND, str(stock.path)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "jobdash list" in done.stderr
    assert done.stdout == ""
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("size", "env", "words"),
    [
        ((40, 8), {}, b"needs 60x15 cells and this terminal has 40x8"),
        ((80, 24), {"TERM": "dumb"}, b"TERM=dumb"),
    ],
)
def test_bad_surroundings_get_a_sentence(
    stock: Stock, size: tuple[int, int], env: dict[str, str], words: bytes
) -> None:
    terminal = Terminal([*COMMAND, str(stock.path)], size, **env)
    assert terminal.exit_status() == 2
    assert words in terminal.output
    assert b"\x1b" not in terminal.output
    terminal.close()


def test_a_file_that_is_no_database_gets_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_text("no database at all, but long enough to have a header " * 20)
    terminal = Terminal([*COMMAND, str(wrong)])
    assert terminal.exit_status() == 2
    assert b"NotADatabase" in terminal.output
    assert b"\x1b" not in terminal.output
    terminal.close()


def test_importing_the_package_does_not_import_textual() -> None:
    program = "import sys, jobdash.tui; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
