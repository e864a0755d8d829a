"""What /openapi.json tells is what the server does: schemathesis tries it. About five seconds.

Schemathesis is imported by the test: each process of xdist collects this file, one runs it.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from cli_support import a_shop
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from test_http import TOKEN, Client, serving

_EXAMPLES = 8
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch, a_shop(tmp_path_factory.mktemp("s"), patch) as shop:
        shop.ended("send", "ada")
        shop.register()
        with serving("-A", shop.app, "--db", shop.db) as served:
            yield served


def test_the_server_does_what_its_document_tells(client: Client) -> None:
    import schemathesis

    url = f"http://127.0.0.1:{client.port}/openapi.json"
    # The events do not end.
    api = schemathesis.openapi.from_url(url).exclude(path="/events")
    tried = set()
    for found in api.get_all_operations():
        operation = found.ok()
        tried.add(operation.label)
        for mode in schemathesis.GenerationMode:
            _try(operation, mode)
    assert {"GET /jobs/{ref}", "POST /jobs", "POST /jobs/{ref}/retry"} <= tried


def _try(operation: Any, mode: Any) -> None:
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    # Which tasks there are and how a filter is written is no matter of a schema.
    not_told = [positive_data_acceptance]

    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def does_as_told(case: Any) -> None:
        if isinstance(case.query, dict):
            case.query.pop("wait", None)  # what it tells is that it takes long
        case.call_and_validate(headers=_HEADERS, excluded_checks=not_told)

    with suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked for
        does_as_told()
