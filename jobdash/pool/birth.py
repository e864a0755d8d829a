"""How a forker comes to be.

The first one is forked from the supervisor itself, before that has opened the database: they then
share the memory of everything that both have imported. Later ones start as a new interpreter,
for the supervisor's connection must not be carried into a process that goes on to use it.
"""

import gc
import os
import signal
import sys
import traceback
from typing import NoReturn

from jobdash.pool.orders import Orders

MODULE = "jobdash.pool.forker"


def fork_first(orders: Orders, not_for_it: tuple[int, ...]) -> int:
    """Fork a forker and return its pid. It closes our ends of the pipes, `not_for_it`."""
    sys.stdout.flush()
    sys.stderr.flush()
    # Objects that no collection visits stay on shared pages.
    gc.collect()
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        _go_on_as_forker(orders, not_for_it)
    return pid


def start_anew(orders: Orders) -> int:
    """Start a forker that shares nothing with us and return its pid."""
    pid = os.fork()
    if pid == 0:
        _become_new(orders)
    return pid


def _go_on_as_forker(orders: Orders, not_for_it: tuple[int, ...]) -> NoReturn:
    from jobdash.pool import process

    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for descriptor in not_for_it:
            os.close(descriptor)
        _stand_alone()
        from jobdash.pool.forker import serve

        code = serve(orders)
    except BaseException:  # noqa: BLE001 - nothing may return into the supervisor's code
        traceback.print_exc()
    finally:
        process.leave(code)


def _become_new(orders: Orders) -> NoReturn:
    try:
        _stand_alone()
        for descriptor in (orders.commands, orders.reports, orders.stop):
            os.set_inheritable(descriptor, True)
        arguments = ["-m", MODULE, orders.options.app, str(orders.commands)]
        os.execv(sys.executable, [sys.executable, *arguments])
    finally:
        os._exit(127)


def _stand_alone() -> None:
    """Leave the terminal: what is typed there is meant for the supervisor."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
