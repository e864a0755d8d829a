"""The call of a recorded job as source."""

import sys
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from jobdash.broker.current import as_job
from jobdash.cli.testcase.asking import asks_for_its_job
from jobdash.cli.testcase.literals import Literals, wrapped
from jobdash.cli.testcase.names import Names, Unwritable
from jobdash.errors import Refused
from jobdash.job import Job
from jobdash.preview import preview
from jobdash.redact import REDACTED, looks_secret
from jobdash.text import shorten

_LINE = 76


@dataclass(slots=True)
class Call:
    """How a test makes it: what stands before it, and the call itself.

    `keeper` is a context manager that it needs, '' if none.
    """

    source: str
    before: list[str] = field(default_factory=list)
    keeper: str = ""


class CallWriter:
    """Writes the call of one task. Its names go into `names`."""

    def __init__(self, task: Any, names: Names, *, secrets: bool) -> None:
        self._task = task
        self._names = names
        self._secrets = secrets
        self._literals = Literals(names, secrets=secrets)
        self._before: list[str] = []

    @property
    def hidden(self) -> list[str]:
        """The names of the secrets that are left out."""
        return self._literals.hidden

    def write(self, job: Job) -> Call:
        """Return the call that this job is. Raises `Refused` if no test could import the task."""
        wrapper, name = find_wrapper(type(self._task))
        self._names.use_from(type(self._task).__module__, name, wrapper)
        args = [self._value(name, one, place) for place, one in enumerate(self._task.args)]
        kwargs = {key: self._value(name, one, key) for key, one in self._task.kwargs.items()}
        keeper = self._as_it_was(job) if asks_for_its_job(wrapper.func) else ""
        return Call(self._call(wrapper, name, args, kwargs), self._before, keeper)

    def _as_it_was(self, job: Job) -> str:
        """Return source for being told what the job was told in its last attempt."""
        return f"{self._names.use(as_job)}({job.id!r}, {job.seq}, attempt={max(1, job.attempts)})"

    def result(self, value: Any) -> str:
        """Return source for what a task has returned. Raises `Unwritable`."""
        known = len(self.hidden)
        text = self._literals.write(value)
        if len(self.hidden) > known:
            raise Unwritable
        return text

    def _call(self, wrapper: Any, name: str, args: list[str], kwargs: dict[str, str]) -> str:
        if wrapper.context:
            # The task is an argument of its own, as in a worker.
            named = wrapped("{", (f"{key!r}: {text}" for key, text in kwargs.items()), "}")
            given = wrapped("(", args, ",)" if len(args) == 1 else ")")
            return wrapped(f"{name}.task_class(", [given, named], ")") + ".execute()"
        if all(key.isidentifier() for key in kwargs):
            named_ones = [f"{key}={text}" for key, text in kwargs.items()]
        else:
            pairs = (f"{key!r}: {text}" for key, text in kwargs.items())
            named_ones = ["**" + wrapped("{", pairs, "}")]
        return wrapped(f"{name}.call_local(", [*args, *named_ones], ")")

    def _value(self, task: str, value: Any, which: int | str) -> str:
        name = self._parameter(which) if isinstance(which, int) else which
        try:
            return self._literals.write(value, name)
        except Unwritable:
            return self._load(task, value, name)

    def _parameter(self, place: int) -> str:
        names = [one for one in type(self._task).parameter_names if one != "task"]
        return names[place] if place < len(names) else ""

    def _load(self, task: str, value: Any, name: str) -> str:
        """Return a name for a value that is kept as the queue keeps it."""
        shown = preview(value)
        if not self._secrets and (REDACTED in shown or _has_secret_parts(value)):
            self.hidden.append(name or type(value).__name__)
            return repr(REDACTED)
        data = b64encode(self._task_huey(task).serializer.serialize(value)).decode()
        variable = f"recorded_{len(self._before) + 1}"
        lines = [f'    "{data[at : at + _LINE]}"' for at in range(0, len(data), _LINE)]
        self._names.use_module("base64")
        self._before.append(
            "\n".join(
                (
                    f"# {name or 'the value'}: {shorten(shown, _LINE)}",
                    f"{variable} = {task}.huey.serializer.deserialize(base64.b64decode(",
                    *lines,
                    "))",
                )
            )
        )
        return variable

    def _task_huey(self, task: str) -> Any:
        return self._names.meanings[task].huey


def find_wrapper(task_class: Any) -> tuple[Any, str]:
    """Return a task as the app calls it, and its name in its module. Raises `Refused`."""
    module = sys.modules.get(task_class.__module__)
    for name, value in vars(module).items() if module else ():
        if getattr(value, "task_class", None) is task_class:
            return value, name
    raise Refused(
        f"no test can import {task_class.__module__}.{task_class.__name__}: it is no global of its"
        " module"
    )


def _has_secret_parts(value: Any) -> bool:
    return any(looks_secret(name) for name in getattr(value, "__dict__", {}))
