"""What a parameter's annotation, as written in the source, says about a value. Pure.

Only plain types are known; of any other annotation nothing is said.
"""

from typing import Any

LISTS = ("list", "tuple", "sequence", "iterable", "set", "frozenset", "collection")
OBJECTS = ("dict", "mapping", "mutablemapping", "typeddict")

_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "bool": bool,
    "int": int,
    "float": (int, float),
    **dict.fromkeys(LISTS, (list, tuple, set, frozenset)),
    **dict.fromkeys(OBJECTS, dict),
}


def kind_of(annotation: str) -> tuple[str, bool]:
    """Return the bare name of a type in small letters, and whether None is allowed."""
    text = annotation.replace(" ", "")
    if text.startswith(("Optional[", "typing.Optional[")):
        return _bare(text.partition("[")[2].removesuffix("]")), True
    parts = text.split("|")
    nullable = "None" in parts
    others = [part for part in parts if part != "None"]
    return (_bare(others[0]) if len(others) == 1 else ""), nullable


def fits(annotation: str, value: Any) -> bool:
    """Return whether the annotation allows the value, as far as it can be told."""
    kind, nullable = kind_of(annotation)
    wanted = _TYPES.get(kind)
    if wanted is None or (value is None and nullable):
        return True
    # A truth value would pass for a whole number.
    return isinstance(value, wanted) and (kind == "bool" or not isinstance(value, bool))


def _bare(name: str) -> str:
    return name.partition("[")[0].rpartition(".")[2].strip("'\"").lower()
