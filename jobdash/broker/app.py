"""Finding the app: from what a user types after `-A` to its huey instance."""

import importlib
import importlib.util
import os
import sys
import traceback
from types import ModuleType
from typing import Any, NoReturn

from huey.api import Huey

from jobdash.errors import AppError, DatabaseError
from jobdash.text import clean

_PLAIN_SQLITE = "SqliteHuey"


def load_app(spec: str, database: str | None = None) -> Any:
    """Import `module:attr`, `module.attr` or `module` and return the jobdash huey found there.

    The current folder is searched too. With `database` the huey uses that file instead of its own.
    Raises `AppError` with one line that says what is wrong and where; its `__cause__` is what the
    app raised, if it did not import. Raises `DatabaseError` if the app's file cannot be opened.
    """
    _search_current_folder()
    name, colon, attribute = spec.strip().partition(":")
    if not all(part.isidentifier() for part in name.split(".")) or (colon and not attribute):
        raise AppError(f"{spec!r} names no app: write module:attribute, for example myapp:huey")
    found = _attribute(_import(name), attribute) if colon else _dotted(name)
    huey = _the_huey(found, spec)
    if database is not None and huey.is_on_ledger:
        _move_to(huey, database)
    return huey


def blamed_line(error: BaseException) -> str:
    """Return 'file:line' of the innermost line of the user's own code, '' if there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    walk = traceback.walk_tb(error.__traceback__)
    places = [(frame.f_code.co_filename, line) for frame, line in walk]
    own = [place for place in places if is_users_file(place[0])]
    return "{}:{}".format(*own[-1]) if own else ""


def is_users_file(path: str) -> bool:
    """Return whether a source file is the user's own, not a library's, Python's or ours."""
    if path.startswith("<") or "site-packages" in path or "dist-packages" in path:
        return False
    return not path.startswith(_FOREIGN)


def _search_current_folder() -> None:
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)


def _move_to(huey: Any, database: str) -> None:
    from jobdash.broker.takeover import take_over

    if os.path.realpath(database) == os.path.realpath(huey.storage.database.path):
        return
    huey.storage.close()
    huey.storage_kwargs["filename"] = database
    huey.storage = huey.create_storage()
    take_over(huey)


def _dotted(name: str) -> Any:
    """`a.b` may be the module a.b or the attribute b of a; an attribute that is a huey wins."""
    module = _longest_module(name)
    if module != name:
        return _attribute(_import(module), name[len(module) + 1 :])
    parent, _, last = name.rpartition(".")
    shadowing = getattr(sys.modules.get(parent), last, None)
    return shadowing if isinstance(shadowing, Huey) else _import(name)


def _longest_module(name: str) -> str:
    module = name
    while not _exists(module):
        shorter, dot, _ = module.rpartition(".")
        if not dot:
            _missing(module)
        module = shorter
    return module


def _import(name: str) -> ModuleType:
    if not _exists(name):
        _missing(name)
    try:
        return importlib.import_module(name)
    except (KeyboardInterrupt, DatabaseError):
        raise
    except BaseException as error:
        raise AppError(f"the app {name!r} does not import: {_in_one_line(error)}") from error


def _exists(name: str) -> bool:
    """Whether there is such a module. Importing its parent packages may raise `AppError`."""
    parent, _, _ = name.rpartition(".")
    if name in sys.modules:
        return True
    if parent and not (_exists(parent) and hasattr(_import(parent), "__path__")):
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _missing(name: str) -> NoReturn:
    folders = ", ".join(folder or os.getcwd() for folder in sys.path[:3])
    raise AppError(f"there is no module {name!r} (searched {folders} and what is installed)")


def _in_one_line(error: BaseException) -> str:
    what = f"{type(error).__name__}: {_first_line(error)}"
    if isinstance(error, SystemExit):
        what = f"it calls sys.exit({_first_line(error)}) while being imported"
    where = blamed_line(error)
    return f"{what} ({where})" if where else what


def _first_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return clean(text.partition("\n")[0])


def _attribute(module: ModuleType, path: str) -> Any:
    found: Any = module
    for name in path.split("."):
        if not hasattr(found, name):
            raise AppError(f"{module.__name__} has no attribute {path!r}; {_offers(module)}")
        found = getattr(found, name)
    return found


def _offers(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if isinstance(value, Huey)]
    if not names:
        return f"{_source(module)} has no huey object at all"
    return "its huey objects are: " + ", ".join(f"{module.__name__}:{name}" for name in names)


def _source(module: ModuleType) -> str:
    """Return the file that was imported: another may have been meant by the same name."""
    return getattr(module, "__file__", None) or "what Python has built in"


def _the_huey(found: Any, spec: str) -> Any:
    if isinstance(found, ModuleType):
        found = _only_huey(found)
    if not isinstance(found, Huey):
        raise AppError(f"{spec} is a {type(found).__name__}, not a huey object")
    if not _is_ours(found):
        raise AppError(f"{spec} is a {_how_to_change(found)}")
    return found


def _only_huey(module: ModuleType) -> Huey:
    own = {id(value): value for value in vars(module).values() if isinstance(value, Huey)}
    ours = [value for value in own.values() if _is_ours(value)]
    if len(ours) == 1:
        return ours[0]
    if not ours and len(own) == 1:
        return next(iter(own.values()))
    if not own:
        raise AppError(
            f"the module {module.__name__!r} ({_source(module)}) has no huey object:"
            " name it, module:attr"
        )
    raise AppError(f"{module.__name__!r} has several huey objects: say which; {_offers(module)}")


def _is_ours(huey: Huey) -> bool:
    from jobdash.broker.huey import SqliteHuey

    return isinstance(huey, SqliteHuey)


def _how_to_change(huey: Huey) -> str:
    name = type(huey).__name__
    if name == _PLAIN_SQLITE:
        return (
            "plain huey.SqliteHuey: change `from huey import SqliteHuey` to"
            " `from jobdash import SqliteHuey`"
        )
    return f"{name}, but jobdash keeps its jobs in SQLite: make it a jobdash.SqliteHuey"


_FOREIGN = (
    os.path.dirname(os.path.abspath(os.__file__)) + os.sep,
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep,
)
