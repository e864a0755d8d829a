"""What follows when a body has failed: another try, or the end."""

import random
from typing import Any

from huey import signals as S
from huey.exceptions import RETRYING_EXCEPTIONS

from jobdash.broker.judging import Failure, Judges
from jobdash.broker.retry import policy_of
from jobdash.broker.times import from_micros, to_micros
from jobdash.broker.verdict import Signal, Verdict
from jobdash.job import Event
from jobdash.ledger import Settlement
from jobdash.retries import NextTry, next_try


class Fails(Judges):
    """The end of a run that raised."""

    def _failed(self, failure: Failure) -> Verdict:
        task, error = self._task, failure.error
        final = not task.retries
        surfaces = final or (
            self._huey.store_intermediate_errors and not isinstance(error, RETRYING_EXCEPTIONS)
        )
        described, record = self._describe(error)
        self._run_hooks_after(None, error)
        common = {
            **self._in_words(error, described, is_failure=failure.is_failure),
            "result": record if surfaces and self._stores else None,
            "clears_revocation": self._clears_revocation,
            "linked": self._linked and final,
        }
        signals = list(failure.signals)
        if surfaces and task.on_error is not None:
            handler = self._handler(error, described)
            common["handler"] = self._huey.messages.describe(
                handler, parent=self._claim.seq, key=None
            )
            signals.append((S.SIGNAL_ENQUEUED, handler))
        if final:
            return self._ended(failure, record, common, signals)
        return self._tried_again(failure, common, signals)

    def _ended(
        self, failure: Failure, record: bytes, common: dict[str, Any], signals: list[Signal]
    ) -> Verdict:
        event = Event.CONFIRM_CANCEL if failure.cancelled else Event.FAIL
        value = record if self._linked else b""
        outcome = "cancelled" if failure.cancelled else "failed"
        words = ("cancelled itself", common["error_message"])
        settlement = Settlement(
            event,
            outcome=outcome,
            is_failure=True,
            reason=": ".join(filter(None, words)) if failure.cancelled else None,
            member_value=value,
            **common,
        )
        return Verdict(settlement, signals)

    def _tried_again(
        self, failure: Failure, common: dict[str, Any], signals: list[Signal]
    ) -> Verdict:
        task, following = self._task, self._next_try(failure)
        task.retries, task.retry_delay = following.retries_left, following.delay
        task.eta = None if following.eta is None else from_micros(following.eta, self._huey.utc)
        settlement = Settlement(
            Event.TRY_AGAIN,
            outcome="retried" if isinstance(failure.error, RETRYING_EXCEPTIONS) else "failed",
            is_failure=task.retries < failure.retries_before,
            eta=following.eta,
            retries_left=following.retries_left,
            retry_delay=following.delay,
            **common,
        )
        after = S.SIGNAL_ENQUEUED if task.eta is None else S.SIGNAL_SCHEDULED
        return Verdict(settlement, [*signals, (S.SIGNAL_RETRYING,), (after,)])

    def _next_try(self, failure: Failure) -> NextTry:
        task, asked, utc = self._task, failure.retry_eta, self._huey.utc
        return next_try(
            policy_of(task),
            task.retries,
            to_micros(self._huey._get_timestamp(), utc),
            random.random(),
            None if asked is None else to_micros(asked, utc),
        )
