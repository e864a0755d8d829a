"""Which debugger a person wants, and starting it where something was raised.

`--pdbcls module:Class` as pytest has it, else what PYTHONBREAKPOINT names, else pdb.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pdb import Pdb
from types import FrameType, TracebackType
from typing import Any

from jobdash.broker.app import is_users_file
from jobdash.errors import UsageError

PostMortem = Callable[[TracebackType], object]
_VARIABLE = "PYTHONBREAKPOINT"


def wants_debugger() -> bool:
    """Return False if PYTHONBREAKPOINT=0 asks for no debugger."""
    return os.environ.get(_VARIABLE) != "0"


def chosen_debugger(pdbcls: str | None) -> PostMortem:
    """Return what opens the debugger at the end of a traceback.

    With `pdbcls`, `breakpoint()` opens that one too. Raises `UsageError` if there is no such class.
    """
    if pdbcls is not None:
        kind = _class(pdbcls)
        sys.breakpointhook = lambda *_args, **_more: kind().set_trace(sys._getframe(1))
        return lambda traceback: _post_mortem(kind(), traceback)
    own = _own_post_mortem(os.environ.get(_VARIABLE, ""))
    return own or (lambda traceback: _post_mortem(Pdb(), traceback))


def _class(name: str) -> Any:
    module, _, attribute = name.partition(":")
    found: Any = None
    try:
        if module and attribute:
            found = import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
    except Exception as error:
        raise UsageError(f"--pdbcls {name}: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and hasattr(found, "interaction")):
        raise UsageError(
            f"--pdbcls takes module:Class, for example IPython.terminal.debugger:Pdb, not {name!r}"
        )
    return found


def _own_post_mortem(hook: str) -> PostMortem | None:
    """Return the function beside the one that PYTHONBREAKPOINT names, as ipdb and pudb have it."""
    # A module may fail with anything; `breakpoint()` itself says what, where it is called.
    with suppress(Exception):
        return getattr(import_module(hook.rpartition(".")[0]), "post_mortem", None)
    return None


def _post_mortem(debugger: Any, traceback: TracebackType) -> None:
    debugger.reset()
    steps = steps_to_own_code(traceback)
    if steps and isinstance(debugger, Pdb):
        debugger.cmdqueue.append(f"up {steps}")
    debugger.interaction(None, traceback)


def steps_to_own_code(traceback: TracebackType) -> int:
    """Return how many calls above the newest one the user's own code is, 0 if there is none."""
    frames = []
    step: TracebackType | None = traceback
    while step is not None:
        frames.append(step.tb_frame)
        step = step.tb_next
    return next((n for n, frame in enumerate(reversed(frames)) if _is_own(frame)), 0)


def _is_own(frame: FrameType) -> bool:
    return is_users_file(frame.f_code.co_filename)
