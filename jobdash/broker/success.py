"""What follows when a body has returned."""

from typing import Any

from huey import signals as S

from jobdash.broker.verdict import Ending, Signal, Verdict
from jobdash.errors import ChaosError
from jobdash.job import FIRST_RETURNED, Event
from jobdash.ledger import NextStep, Settlement
from jobdash.preview import preview


class Succeeds(Ending):
    """The end of a run that came to a value."""

    def _settlement_of(self, value: Any) -> Settlement:
        """Return what is to be committed. Raises what keeps the value from being written down."""
        return Settlement(
            Event.SUCCEED,
            outcome="succeeded",
            result=self._result_of(value),
            preview=preview(value),
            linked=self._linked,
            next_step=self._next_step(value),
            member_value=self._member_value(value),
            clears_revocation=self._clears_revocation,
        )

    def _delivered_again(self, value: Any) -> Verdict:
        """Give the job back as if its worker had died between its body and the commit."""
        self._run_hooks_after(value, None)
        settlement = Settlement(
            Event.RELEASE,
            outcome="returned",
            reason="delivered a second time on purpose (jobdash chaos)",
            error_type=ChaosError.__name__,
            error_message=f"{FIRST_RETURNED}{preview(value)}",
        )
        return Verdict(settlement, value=value)

    def _result_of(self, value: Any) -> bytes | None:
        if self._stores and (value is not None or self._huey.store_none):
            return self._serialize(value)
        return None

    def _next_step(self, value: Any) -> NextStep | None:
        following = self._task.on_complete
        return None if following is None else self._huey.messages.next_step(following, value)

    def _member_value(self, value: Any) -> bytes:
        return b"" if self._task.chord_config is None else self._serialize(value)

    def _signals_of_success(self) -> list[Signal]:
        following = self._task.on_complete
        signals: list[Signal] = [(S.SIGNAL_COMPLETE,)]
        return signals if following is None else [*signals, (S.SIGNAL_ENQUEUED, following)]
