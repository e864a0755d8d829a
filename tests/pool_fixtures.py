"""Fixtures of the tests that run real pools."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pool_support import Site, Sites


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    """Makes sites; at the end every process of theirs must be gone."""
    made: list[Site] = []

    def make(**options: Any) -> Site:
        made.append(Site(tmp_path, **options))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def site(sites: Sites) -> Site:
    """A folder with a database that no pool serves yet."""
    return sites()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Makes sites that all tests of a module use; at the end every process must be gone."""
    made: list[Site] = []

    def make(**options: Any) -> Site:
        made.append(Site(tmp_path_factory.mktemp("shared"), **options))
        return made[-1]

    yield make
    for one in made:
        one.end()
