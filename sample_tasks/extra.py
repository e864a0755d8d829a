"""What to say when the packages of the `samples` extra are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager


class SamplesExtraMissing(ImportError):
    """A sample needs a package that comes with the `samples` extra."""


@contextmanager
def samples_extra() -> Iterator[None]:
    """Wraps imports of packages that only the `samples` extra installs."""
    try:
        yield
    except ModuleNotFoundError as missing:
        raise SamplesExtraMissing(
            f"{missing.name} is not installed: pip install 'jobdash[samples]'"
        ) from missing
