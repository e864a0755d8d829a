"""The inputs of a batch as they were read, with what looks secret hidden."""

import json
from collections.abc import Sequence
from typing import Any

from jobdash.batch import Batch
from jobdash.job import TaskType
from jobdash.redact import REDACTED, looks_secret, redact_text


class Inputs:
    """Reads what was kept of the inputs of one batch."""

    def __init__(self, batch: Batch, task: TaskType | None) -> None:
        source = _read(batch.source)
        columns = source.get("columns") if isinstance(source, dict) else None
        self.is_table = isinstance(columns, list) and bool(columns)
        self.columns = [str(one) for one in columns or ()] if self.is_table else ["input"]
        self._places = _names(task)

    def cells(self, data: str | None) -> list[str]:
        """Return an input as the texts of its columns."""
        if not self.is_table:
            return ["" if data is None else _text(_alone(self.document(data)))]
        value = None if data is None else _read(data)
        texts = value if isinstance(value, list) else []
        shown = [_hidden(text, name) for text, name in zip(texts, self.columns, strict=False)]
        return [_text(one) for one in shown] + [""] * (len(self.columns) - len(shown))

    def document(self, data: str | None) -> Any:
        """Return an input as JSON has it: columns by their names."""
        value = None if data is None else _read(data)
        if self.is_table and isinstance(value, list):
            return dict(zip(self.columns, self.cells(data), strict=False))
        if isinstance(value, list):
            names = [*self._places, *[""] * len(value)]
            return [_hidden(one, name) for one, name in zip(value, names, strict=False)]
        return _hidden(value, self._places[0] if self._places else "")


def _names(task: TaskType | None) -> Sequence[str]:
    listed = [] if task is None else _read(task.parameters)
    return [str(one.get("name", "")) for one in listed] if isinstance(listed, list) else []


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _hidden(value: Any, name: str = "") -> Any:
    if name and looks_secret(name):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    if isinstance(value, dict):
        return {key: _hidden(one, key) for key, one in value.items()}
    return value


def _alone(value: Any) -> Any:
    """Return the only one of a list, else what it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
