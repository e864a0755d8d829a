"""Real processes for the tests of races and kills: started, given their cue, and always ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACTORS = Path(__file__).with_name("actors.py")


class Actor:
    """One process that plays a role of `actors.py`."""

    def __init__(self, role: str, path: Path, *arguments: object, outside: Path | None = None):
        self.process = subprocess.Popen(
            [sys.executable, str(ACTORS), role, str(path), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OUTSIDE": str(outside or os.devnull)},
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def go(self) -> None:
        """Give the cue, or whatever else it waits for."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def line(self) -> str:
        """Return the next line that it tells."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait()}"
        return line.rstrip("\n")

    def until(self, word: str) -> list[str]:
        """Return what it tells before that line."""
        told = []
        while (line := self.line()) != word:
            told.append(line)
        return told

    def rest(self) -> list[str]:
        """Wait for its end and return what it has told until then."""
        told = self._everything()
        assert self.process.returncode == 0
        return told

    def kill(self) -> list[str]:
        """Kill it with SIGKILL and return what it has told until then."""
        self.process.send_signal(signal.SIGKILL)
        told = self._everything()
        assert self.process.returncode == -signal.SIGKILL
        return told

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        with self.process:  # closes the pipes and waits
            pass

    def _everything(self) -> list[str]:
        # Not communicate(): that forgets what readline() has read ahead.
        assert self.process.stdout is not None
        told = self.process.stdout.read().splitlines()
        self.process.wait(timeout=60)
        return told


class Stage:
    """All actors of one test."""

    def __init__(self, path: Path, outside: Path) -> None:
        self.path = path
        self.outside = outside
        self._actors: list[Actor] = []

    def actor(self, role: str, *arguments: object) -> Actor:
        """Start one."""
        made = Actor(role, self.path, *arguments, outside=self.outside)
        self._actors.append(made)
        return made

    def together(self, *actors: Actor, cues: int = 2) -> list[list[str]]:
        """Let actors begin at one moment, so many times; return what each has told at its end."""
        told: list[list[str]] = [[] for _ in actors]
        for _ in range(cues):
            for actor, lines in zip(actors, told, strict=True):
                lines += actor.until("ready")
            for actor in actors:
                actor.go()
        return [lines + actor.rest() for actor, lines in zip(actors, told, strict=True)]

    def runs(self) -> list[tuple[str, int]]:
        """Return (start or stop, job) of every body that began or ended, in order."""
        if not self.outside.exists():
            return []
        lines = self.outside.read_text().splitlines()
        return [(word, int(seq)) for word, seq, _ in map(str.split, lines)]


@contextmanager
def stage(path: Path) -> Iterator[Stage]:
    """Set a stage on that file and clear it afterwards."""
    made = Stage(path, path.with_name("outside.txt"))
    try:
        yield made
    finally:
        for actor in made._actors:
            actor.end()
