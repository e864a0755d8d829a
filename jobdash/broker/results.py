"""What results are read as: those that no bytes are kept of are made from rows."""

from typing import Any

from huey.constants import EmptyData
from huey.utils import SKIPPED, Error

from jobdash.broker.on_ledger import OnLedger


class Results(OnLedger):
    """A huey that knows how each job of its ledger ended."""

    def get_raw(self, key: str, peek: bool = False) -> Any:
        """Return the serialized result of a job, or the value at a key."""
        data = super().get_raw(key, peek)
        if data == b"" and data is not EmptyData and self.is_on_ledger:
            return self.serializer.serialize(self._error_from_row(key))
        return data

    def chord_results(self, cid: str) -> list[Any]:
        """Return what a chord's members came to, in order, with huey's placeholders."""
        return [
            self.serializer.deserialize(value) if value else self._ended_as(seq)
            for value, seq in self.ledger.attempts.chord_values(cid)
        ]

    def _error_from_row(self, key: str) -> Error:
        seq = self.ledger.intake.find(key)
        if seq is None:
            return self._as_error(key, None, None)
        return self._as_error(*self.ledger.attempts.failure_of(seq)[1:])

    def _ended_as(self, seq: int) -> Any:
        state, id_, kind, message = self.ledger.attempts.failure_of(seq)
        if state == "failed":
            return self._as_error(id_, kind, message)
        return None if state == "succeeded" else SKIPPED

    def _as_error(self, id_: str, kind: str | None, message: str | None) -> Error:
        told = f"{kind or 'Error'}: {message or 'no details are known'}"
        return Error({"error": told, "retries": 0, "traceback": told, "task_id": id_})
