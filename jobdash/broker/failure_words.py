"""What was raised, as it is written down and as huey records it."""

from traceback import format_exception
from typing import Any

from huey.utils import Error

from jobdash.broker.autopsy import autopsy
from jobdash.broker.culprit import culprit
from jobdash.broker.log import logger
from jobdash.broker.verdict import Ending
from jobdash.ids import new_id
from jobdash.redact import redact_text
from jobdash.text import storable

_LONGEST_PLACE = 500


class Describes(Ending):
    """Puts an error into words, and never fails at it."""

    def _describe(self, error: BaseException) -> tuple[dict[str, Any], bytes]:
        """Return huey's record of an error, and the same as `Result.get()` will find it.

        Nothing that the app puts into its errors may keep a failure from being recorded.
        """
        try:
            described = self._huey.build_error_result(self._task, error)
            return described, self._serialize(Error(described))
        except Exception:
            logger.warning("No record of the error of task %s can be made.", self._task.id)
        told = f"{type(error).__qualname__}: {_message_of(error)}"
        described = {
            "error": told,
            "retries": self._task.retries,
            "traceback": "".join(format_exception(error)),
            "task_id": self._task.id,
        }
        return described, self._serialize(Error(described))

    def _in_words(
        self, error: BaseException, described: Any, *, is_failure: bool
    ) -> dict[str, Any]:
        return {
            "error_type": type(error).__qualname__,
            "error_message": redact_text(storable(_message_of(error)))[:8192],
            "error_where": _place_of(error),
            "traceback": redact_text(storable(described.get("traceback") or ""))[-262_144:],
            "post_mortem": autopsy(error) if is_failure else None,
        }

    def _handler(self, error: BaseException, described: Any) -> Any:
        return self._huey.messages.error_handler(self._task, error, Error(described), new_id())


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:
        return f"<its message could not be made: {type(broken).__name__}>"


def _place_of(error: BaseException) -> str | None:
    where = culprit(error)
    return None if where is None else storable(where)[:_LONGEST_PLACE]
