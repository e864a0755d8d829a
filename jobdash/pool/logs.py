"""What workers log: huey's logger, silent about single jobs unless somebody asked for it.

What an app logs goes where its prints go, unless it has set up logging itself.
"""

import logging
import os
import sys
from contextlib import suppress

from jobdash.broker.log import trouble
from jobdash.pool import PoolOptions

# `jobdash.render.log_lines` tells such lines from what was printed, and their levels.
_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s"
_DATE = "%Y-%m-%d %H:%M:%S"
_SIMPLE_FORMAT = "%(asctime)s %(levelname)s %(message)s"
# Before each further line of a record, so that it is not taken for something printed.
CONTINUED = "\n  | "
_LEVELS = {None: logging.WARNING, True: logging.DEBUG, False: logging.ERROR}
_STANDARD_ERROR = 2

_trouble_goes_to = _STANDARD_ERROR


def set_up_logging(options: PoolOptions) -> None:
    """Give the root and the `huey` logger a level and a way out, unless the app has done so."""
    _set_up_root(options)
    logger = logging.getLogger("huey")
    if options.verbose is not None or logger.level == logging.NOTSET:
        logger.setLevel(_LEVELS[options.verbose])
    if options.logfile or not logger.hasHandlers():
        logger.addHandler(_with_format(_way_out(options), options))


def _set_up_root(options: PoolOptions) -> None:
    root = logging.getLogger()
    if root.handlers:
        return
    root.addHandler(_with_format(_ToOutput(), options))
    if root.level == logging.WARNING:  # as Python sets it
        root.setLevel(logging.INFO)


def _way_out(options: PoolOptions) -> logging.Handler:
    return logging.FileHandler(options.logfile) if options.logfile else _ToOutput()


def _with_format(handler: logging.Handler, options: PoolOptions) -> logging.Handler:
    if options.simple_log:
        handler.setFormatter(logging.Formatter(_SIMPLE_FORMAT, "%H:%M:%S"))
    else:
        handler.setFormatter(logging.Formatter(_FORMAT, _DATE))
    return handler


def tell_trouble_to(descriptor: int) -> None:
    """Write what is wrong with a worker itself there, and not into the log of a job."""
    global _trouble_goes_to
    _trouble_goes_to = descriptor


class _ToOutput(logging.Handler):
    """Writes each record at once and whole, behind what was printed before it.

    Not to `sys.stderr`: a task may have put something else there.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record).replace("\n", CONTINUED)
            for stream in (sys.stdout, sys.stderr):
                with suppress(Exception):
                    stream.flush()
            where = _trouble_goes_to if record.name == trouble.name else _STANDARD_ERROR
            os.write(where, f"{text}\n".encode(errors="backslashreplace"))
        except Exception:  # noqa: BLE001 - as the handlers of `logging` do
            self.handleError(record)
