"""What a function's code is, so that it can be told later whether it is still the same.

Made of the compiled code: of a running function without a look at its file, which may have been
edited since it was imported; and of the file as it is now by compiling it, which runs none of it.
Comments, blank lines and what moves up or down change nothing.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from types import CodeType

LARGEST = 2_000_000
_BYTES = 8
_KIND = f"{sys.implementation.cache_tag}-{sys.flags.optimize}"


def fingerprint(code: CodeType) -> str:
    """Return what stays the same as long as the function does, on this version of Python."""
    parts = repr(tuple(_parts(code))).encode("utf-8", "backslashreplace")
    return f"{_KIND}:{blake2b(parts, digest_size=_BYTES).hexdigest()}"


def has_changed(file: str, function: str, before: str) -> bool | None:
    """Return whether a function, by its qualified name, is another now than it was.

    None if that cannot be known: another Python had compiled it, or nobody can read the file.
    """
    if before.partition(":")[0] != _KIND:
        return None
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return None
    if found.st_size > LARGEST:
        return None
    known = _functions(file, found.st_mtime_ns, found.st_size)
    return None if known is None else (function, before) not in known


@lru_cache(maxsize=64)
def _functions(file: str, _changed_at: int, _size: int) -> frozenset[tuple[str, str]] | None:
    """Return all functions of a file with their fingerprints; none if it cannot be compiled."""
    try:
        with open(file, "rb") as source, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source.read(), file, "exec", dont_inherit=True)
    except OSError:
        return None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset((one.co_qualname, fingerprint(one)) for one in _all(code))


def _all(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all(constant)


def _parts(code: CodeType) -> Iterator[object]:
    yield code.co_code
    yield code.co_exceptiontable
    yield code.co_flags
    yield code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    yield code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    for constant in code.co_consts:
        yield _constant(constant)


def _constant(value: object) -> object:
    if isinstance(value, CodeType):
        return value.co_qualname, *_parts(value)
    if isinstance(value, frozenset):
        # In every process in another order.
        return "frozenset", *sorted(repr(_constant(item)) for item in value)
    if isinstance(value, tuple):
        return tuple(map(_constant, value))
    return type(value).__name__, repr(value)
