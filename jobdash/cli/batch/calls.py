"""From rows to calls: which column is which argument, and what its text means to the task."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from jobdash.annotations import fits
from jobdash.broker.calls import annotation_of, signature_of
from jobdash.cli.batch.cells import LEFT_OUT, reader_of
from jobdash.cli.batch.lines import BadRow
from jobdash.cli.batch.rows import LINE, Row
from jobdash.cli.batch.wishes import Wishes
from jobdash.errors import UsageError
from jobdash.text import clean, shorten

_EMPTY = inspect.Parameter.empty
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Call(NamedTuple):
    """One call of the task, and the input that it was made of."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    input: Any

    @property
    def written(self) -> str:
        """The input as JSON."""
        return json.dumps(self.input)


class Calls:
    """Makes calls of one task out of rows.

    Raises `UsageError` at once if the columns cannot fit, `BadRow` for a row that does not.
    """

    def __init__(self, task_class: Any, columns: Sequence[str], wishes: Wishes) -> None:
        self._signature = signature_of(task_class)
        self._name = task_class.__name__
        self._parameters = self._signature.parameters
        kinds = [parameter.kind for parameter in self._parameters.values()]
        self._nameless = [
            name for name, one in self._parameters.items() if one.kind is one.POSITIONAL_ONLY
        ]
        self._takes_any = inspect.Parameter.VAR_KEYWORD in kinds
        self._wishes = wishes
        self._columns = columns
        for name in wishes.constants:
            self._check_known(name, f"-k {name}")
        if columns:
            self._plan = self._planned(columns)

    def of(self, row: Row) -> Call:
        """Return the call that a row stands for."""
        if row.error:
            raise BadRow(row.error)
        if self._columns:
            return self._call([], self._of_texts(row.value), row.value)
        value = row.value.of
        return self._call(*self._of_json(value), value)

    def _call(self, args: list[Any], named: dict[str, Any], data: Any) -> Call:
        kwargs = {**self._wishes.constants, **named}
        args += [kwargs.pop(name) for name in self._nameless if name in kwargs]
        if not self._columns:
            self._check_fit(args, kwargs)
        return Call(tuple(args), kwargs, data)

    def _check_fit(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        try:
            self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise BadRow(f"{self._name}{self._signature}: {error}") from None

    def _planned(self, columns: Sequence[str]) -> list[tuple[int, str, Callable[[str], Any]]]:
        plan, taken = [], dict.fromkeys(self._wishes.constants, "-k")
        for name in (*self._wishes.names, *self._wishes.ignored):
            if name not in columns:
                raise UsageError(f"there is no column '{name}': they are {', '.join(columns)}")
        for index, column in enumerate(columns):
            if column in self._wishes.ignored:
                continue
            name = self._wishes.names.get(column) or self._default(column, index)
            self._check_known(name, f"column '{column}'")
            if name in taken:
                raise UsageError(f"'{name}' is given twice: by {taken[name]} and column '{column}'")
            taken[name] = f"column '{column}'"
            plan.append((index, name, reader_of(self._parameters.get(name))))
        self._check_complete(taken)
        return plan

    def _default(self, column: str, index: int) -> str:
        """Return the argument that a column is meant for unless somebody says otherwise."""
        if (column != LINE and not column.isdigit()) or column in self._parameters:
            return column
        places = [p.name for p in self._parameters.values() if p.kind in _BY_POSITION]
        return places[index] if index < len(places) else column

    def _check_known(self, name: str, what: str) -> None:
        parameter = self._parameters.get(name)
        is_named = parameter is not None and parameter.kind in (
            *_BY_POSITION,
            inspect.Parameter.KEYWORD_ONLY,
        )
        if not is_named and not self._takes_any:
            raise UsageError(
                f"{what} is no argument of {self._name}{self._signature}: name one with"
                " --map COLUMN=ARGUMENT, or leave the column out with --ignore COLUMN"
            )

    def _check_complete(self, taken: Mapping[str, str]) -> None:
        for parameter in self._parameters.values():
            is_variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            if parameter.default is _EMPTY and not is_variadic and parameter.name not in taken:
                raise UsageError(
                    f"{self._name}{self._signature} needs '{parameter.name}', and no column is"
                    " called that: --map COLUMN=ARGUMENT, or -k NAME=VALUE for all rows"
                )

    def _of_texts(self, texts: Sequence[str]) -> dict[str, Any]:
        arguments = {}
        for index, name, read in self._plan:
            try:
                value = read(texts[index])
            except UsageError as error:
                told = f"{error}, not '{_shown(texts[index])}'"
                raise BadRow(f"column '{self._columns[index]}': {told}") from None
            if value is not LEFT_OUT:
                arguments[name] = value
        return arguments

    def _of_json(self, value: Any) -> tuple[list[Any], dict[str, Any]]:
        if not isinstance(value, dict):
            return list(value) if isinstance(value, list) else [value], {}
        kwargs = {}
        for key, one in value.items():
            if key not in self._wishes.ignored:
                name = self._wishes.names.get(key, key)
                self._check_value(name, one)
                kwargs[name] = one
        return [], kwargs

    def _check_value(self, name: str, value: Any) -> None:
        parameter = self._parameters.get(name)
        if parameter is None and not self._takes_any:
            raise BadRow(f"'{_shown(name)}' is no argument of {self._name}{self._signature}")
        wanted = "" if parameter is None else annotation_of(parameter)
        if wanted and not fits(wanted, value):
            raise BadRow(f"'{name}': {wanted} is needed, not {_shown(json.dumps(value))}")


def _shown(text: str) -> str:
    return shorten(clean(text[:200]), 40)
