"""What workers log: huey's logger, silent about single jobs unless somebody asked for it."""

import logging

from jobdash.pool import PoolOptions

_FORMAT = "[%(asctime)s] %(levelname)s:%(name)s:%(process)d:%(message)s"
_LEVELS = {None: logging.WARNING, True: logging.DEBUG, False: logging.ERROR}


def set_up_logging(options: PoolOptions) -> None:
    """Give the `huey` logger a level and a way out, unless the app has already done so."""
    logger = logging.getLogger("huey")
    if options.verbose is not None or logger.level == logging.NOTSET:
        logger.setLevel(_LEVELS[options.verbose])
    if options.logfile or not logger.hasHandlers():
        logger.addHandler(_handler(options))


def _handler(options: PoolOptions) -> logging.Handler:
    handler: logging.Handler = logging.StreamHandler()
    if options.logfile:
        handler = logging.FileHandler(options.logfile)
    if options.simple_log:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    else:
        handler.setFormatter(logging.Formatter(_FORMAT))
    return handler
