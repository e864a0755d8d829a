"""The names that a generated file imports."""

import sys
from dataclasses import dataclass, field
from typing import Any

# What it offers is imported from there, wherever it is at home.
_OURS = "jobdash"


class Unwritable(Exception):
    """There is no short piece of source for this value."""


@dataclass(slots=True)
class Names:
    """Which names mean what: each name at most one thing."""

    _modules: dict[str, str] = field(default_factory=dict)
    _meanings: dict[str, Any] = field(default_factory=dict)

    def use(self, thing: Any) -> str:
        """Import a class or another global and return its name. Raises `Unwritable`."""
        module, name = thing.__module__, thing.__qualname__
        if module == "builtins":
            return str(name)
        if getattr(sys.modules[_OURS], name, None) is thing:
            module = _OURS
        return self.use_from(module, name, thing)

    def use_from(self, module: str, name: str, thing: Any) -> str:
        """The same for what does not know its own name."""
        found = getattr(sys.modules.get(module), name, None)
        if found is not thing or module == "__main__" or not name.isidentifier():
            raise Unwritable
        return self._note(name, module, thing)

    def use_module(self, name: str) -> str:
        """Import a module of the standard library and return its name. Raises `Unwritable`."""
        return self._note(name, "", __import__(name))

    def _note(self, name: str, module: str, meaning: Any) -> str:
        if self._meanings.setdefault(name, meaning) is not meaning:
            raise Unwritable
        self._modules[name] = module
        return name

    def copy(self) -> "Names":
        """Return names that go on from here by themselves."""
        return Names(dict(self._modules), dict(self._meanings))

    def become(self, other: "Names") -> None:
        """Know what those know, and no more."""
        self._modules, self._meanings = other._modules, other._meanings

    @property
    def meanings(self) -> dict[str, Any]:
        """What the names stand for."""
        return dict(self._meanings)

    def lines(self) -> list[str]:
        """Return the imports: the standard library's, a blank line, all others."""
        blocks: tuple[list[str], list[str]] = ([], [])
        for module in sorted({*self._modules.values()} - {""}):
            names = sorted(name for name, home in self._modules.items() if home == module)
            blocks[not _is_standard(module)].append(f"from {module} import {', '.join(names)}")
        whole = sorted(name for name, home in self._modules.items() if not home)
        for name in reversed(whole):
            blocks[not _is_standard(name)].insert(0, f"import {name}")
        return [*blocks[0], *([""] if all(blocks) else []), *blocks[1]]


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names
