"""The text format that Prometheus reads: families of samples. Pure.

https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jobdash.text import clean

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """One value; its name is the family's with this suffix."""

    labels: Mapping[str, str]
    value: float
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: `kind` is gauge, counter or histogram."""

    name: str
    kind: str
    meaning: str
    samples: list[Sample] = field(default_factory=list)

    def add(self, value: float, **labels: str) -> None:
        """Add one value."""
        self.samples.append(Sample(labels, value))

    def add_histogram(
        self, bounds: Sequence[float], counts: Mapping[int, int], total: float, **labels: str
    ) -> None:
        """Add a histogram: how many values lie in each bucket, the one above all bounds the last.

        `total` is the sum of the values.
        """
        below = 0
        for index, bound in enumerate((*map(_number, bounds), "+Inf")):
            below += counts.get(index, 0)
            self.samples.append(Sample({**labels, "le": bound}, below, "_bucket"))
        self.samples.append(Sample(labels, total, "_sum"))
        self.samples.append(Sample(labels, below, "_count"))


def write(families: Iterable[Family]) -> str:
    """Return the text; a family without samples is left out."""
    return "".join(f"{line}\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    yield f"# HELP {family.name} {family.meaning}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{name}="{_escaped(text)}"' for name, text in sample.labels.items())
        within = f"{{{labels}}}" if labels else ""
        yield f"{family.name}{sample.suffix}{within} {_number(sample.value)}"


def _escaped(text: str) -> str:
    shown = clean(text)[:LONGEST_LABEL]
    return shown.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(round(value, 6))
