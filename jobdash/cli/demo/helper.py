"""The demo's side of its helper process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jobdash.cli.failure import ProgramFailed
from jobdash.errors import JobdashError

_PATIENCE_SECONDS = 5.0


class Helper:
    """Servers and load in a process of their own, for `with`."""

    def __init__(self, database: Path, scratch: Path, environ: Mapping[str, str]) -> None:
        with open(scratch / "backstage.log", "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jobdash.cli.demo.backstage", str(database), str(scratch)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env=environ,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._process.communicate("bye\n", _PATIENCE_SECONDS)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            self._process.kill()
            self._process.wait()

    def addresses(self) -> dict[str, str]:
        """Return what the tasks have to know to find the servers, as environment variables.

        Raises `ProgramFailed` if there are no servers, with the reason.
        """
        answer = self._answer()
        if "error" in answer:
            raise ProgramFailed(answer["error"], answer["code"])
        servers: dict[str, str] = answer["servers"]
        return servers

    def start_load(self) -> None:
        """Begin to enqueue."""
        self._order("load")

    def stop_load(self) -> list[str]:
        """Stop enqueueing; return the ids of the jobs that were taken in."""
        self._order("stop")
        answer = self._answer()
        if answer["failure"]:
            raise JobdashError(f"the demo's load has failed: {answer['failure']}")
        ids: list[str] = answer["ids"]
        return ids

    def _order(self, order: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _gone() from error

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise _gone()
        answer: dict[str, Any] = json.loads(line)
        return answer


def _gone() -> JobdashError:
    return JobdashError("the demo's servers have died")


def sample_environment(database: Path, folder: Path) -> dict[str, str]:
    """Return the environment in which the sample tasks use this file and this folder."""
    return {**os.environ, "JOBDASH_DB": str(database), "JOBDASH_DEMO_DIR": str(folder)}
