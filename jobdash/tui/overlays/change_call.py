"""The form for a replay with other arguments."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from jobdash.errors import UsageError
from jobdash.job import TaskType
from jobdash.text import format_count
from jobdash.tui.app_helper import ChangedReplay
from jobdash.tui.overlays.call_form import CallForm
from jobdash.tui.overlays.field import Field
from jobdash.tui.parameters import read_value
from jobdash.tui.present import words

_KEPT = "as recorded"


class ChangeCallScreen(CallForm[ChangedReplay]):
    """Shows the arguments as far as they are known. What is left as it is, or empty, is kept."""

    VERB = "replay"

    def __init__(
        self,
        task: TaskType,
        send: Callable[[ChangedReplay], Awaitable[str]],
        seqs: Sequence[int],
        known: Mapping[str, str],
    ) -> None:
        super().__init__(task, send)
        self._seqs = seqs
        self._known = known

    def heading(self) -> str:
        """Return what the form is for."""
        one = len(self._seqs) == 1
        jobs = f"#{self._seqs[0]}" if one else f"{format_count(len(self._seqs))} jobs"
        return f"Replay {jobs} with changes  {words(self.task_type.name)}"

    def fields(self) -> Iterator[Field]:
        """Make the fields."""
        for parameter in self.parameters:
            known = self._known.get(parameter.name, "")
            hint = parameter.annotation if known else f"{_KEPT}  {parameter.annotation}"
            yield Field(parameter.name, words(parameter.name), words(hint), known)

    def read(self, typed: dict[str, str]) -> tuple[ChangedReplay, dict[str, str]]:
        """Return what has changed and what is wrong."""
        changes: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for parameter in self.parameters:
            text = typed[parameter.name]
            if text.strip() and text != self._known.get(parameter.name):
                try:
                    changes[parameter.name] = read_value(parameter, text)
                except UsageError as mistake:
                    wrong[parameter.name] = str(mistake)
        return ChangedReplay(self._seqs, changes), wrong

    def told(self, wanted: ChangedReplay) -> str:
        """Return what changes."""
        changes = ", ".join(f"{name}={value!r}" for name, value in wanted.changes.items())
        return words(f"with {changes}" if changes else "nothing is changed: the same call again")
