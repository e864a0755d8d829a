"""Webhooks: HTTP to a server that fails now and then, delivered once."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from jobdash import GiveUp
from sample_tasks.address import address_from
from sample_tasks.app import huey
from sample_tasks.identity import job_token

SERVER = ("JOBDASH_DEMO_HTTP", "127.0.0.1:8025")
WORTH_A_RETRY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class DeliveryFailed(Exception):
    """The receiver could not take the webhook now, but may later."""


@huey.task(retries=5, retry_delay=1, retry_backoff=2, retry_jitter=0.2, retry_max_delay=30)
def deliver(
    url_path: str = "/ok",
    payload: dict[str, object] | None = None,
    wait_seconds: float = 2.0,
) -> int:
    """Posts JSON, retried on 5xx and time-outs, given up on 4xx; returns the status."""
    return post(url_path, payload or {}, job_token(), wait_seconds)


def post(url_path: str, payload: Mapping[str, object], token: str, wait_seconds: float) -> int:
    """One try at a delivery; the receiver knows by the token whether it had it before.

    Raises GiveUp if a retry cannot help, DeliveryFailed or OSError if it may.
    """
    request = _request(url_path, payload, token)
    # Proxies of the surroundings are for the internet, and this goes to the same machine.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=wait_seconds) as response:
            return int(response.status)
    except HTTPError as error:
        with error:
            raise _verdict(url_path, error) from error


def _request(url_path: str, payload: Mapping[str, object], token: str) -> Request:
    # Anything else would become part of the host name.
    if not url_path.startswith("/"):
        raise GiveUp(f"a path starts with a slash: {url_path!r}")
    host, port = address_from(*SERVER)
    return Request(
        f"http://{host}:{port}{url_path}",
        data=json.dumps(payload, sort_keys=True).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": token},
        method="POST",
    )


def _verdict(url_path: str, error: HTTPError) -> Exception:
    answer = f"{url_path} answered {error.code} {error.reason}"
    if error.code in WORTH_A_RETRY or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryFailed(answer)
    return GiveUp(answer)
