"""The form for a replay with other arguments."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from jobdash.control.app_helper import ChangedReplay
from jobdash.errors import UsageError
from jobdash.job import TaskType
from jobdash.text import format_count, shorten
from jobdash.tui.calls.parameters import Parameter, read_value
from jobdash.tui.looks.present import words
from jobdash.tui.overlays.call_form import CallForm
from jobdash.tui.overlays.field import Field

_KEPT = "as recorded"
_DEFAULT = "by default"
_LONGEST = 30


class ChangeCallScreen(CallForm[ChangedReplay]):
    """Shows the arguments as far as they are known. What is left as it is, or empty, is kept."""

    VERB = "replay"

    def __init__(
        self,
        task: TaskType,
        send: Callable[[ChangedReplay], Awaitable[str]],
        seqs: Sequence[int],
        known: Mapping[str, str],
        left_out: Collection[str] = (),
    ) -> None:
        super().__init__(task, send)
        self._left_out = left_out
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
            yield Field(parameter.name, words(parameter.name), words(self._hint(parameter)), known)

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
        """Return what changes, old and new."""
        changes = ", ".join(self._difference(*one) for one in wanted.changes.items())
        return words(changes or "nothing is changed: the same call again")

    def _hint(self, parameter: Parameter) -> str:
        if parameter.name in self._left_out:
            return parameter.hint
        is_known = parameter.name in self._known
        return parameter.annotation if is_known else f"{_KEPT}  {parameter.annotation}"

    def _difference(self, name: str, value: Any) -> str:
        old = self._known.get(name)
        if old is None:
            old = _DEFAULT if name in self._left_out else _KEPT
        elif isinstance(value, str):
            old = repr(old)
        return f"{name}: {shorten(old, _LONGEST)} → {shorten(repr(value), _LONGEST)}"
