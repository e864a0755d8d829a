"""`jobdash serve` over real HTTP on loopback: its routes, who may use them, and hostile requests.

One server process for all of it: a few seconds.
"""

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, program, start
from http_client import TOKEN, Client, sample_application, serving, with_token
from waiting import PATIENCE, eventually

from jobdash.http.threads import Threads
from jobdash.http.watch import Watch
from jobdash.report import Report


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with pytest.MonkeyPatch.context() as patch, a_shop(tmp_path_factory.mktemp("s"), patch) as made:
        made.ended("send", "ada")
        made.ended("fail", "no such customer")
        made.register()
        yield made


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[Client]:
    with serving("-A", shop.app, "--db", shop.db) as served:
        yield served


def ledger(shop: Shop) -> Any:
    with Report(shop.db) as report:
        return [(job.seq, job.state, job.attempts) for job in report.jobs(limit=1000)]


def test_a_job_is_shown_by_number_and_id(client: Client) -> None:
    one = client.get("/jobs/1")
    assert (one.status, one.json["state"], one.json["is_terminal"]) == (200, "succeeded", True)
    assert client.get(f"/jobs/{one.json['id']}").json == one.json
    assert client.get("/jobs/%231").json == one.json
    assert client.get("/jobs/1", If_None_Match=one.headers["etag"]).status == 304
    assert client.get("/jobs/1", If_None_Match='"other"').status == 200
    for ref in ("99", one.json["id"][:-1], "nothing"):
        missing = client.get(f"/jobs/{ref}")
        assert missing.status == 404
        assert missing.json["detail"] == "there is no such job: GET /jobs lists the newest ones"
        assert missing.headers["content-type"] == "application/problem+json"
        assert missing.json["detail"]


def test_the_list_has_pages(client: Client) -> None:
    page = client.get("/jobs?limit=1")
    seen = [page.json["jobs"][0]["seq"]]
    while page.json["next"]:
        assert page.headers["link"] == f'<{page.json["next"]}>; rel="next"'
        page = client.get(page.json["next"])
        seen.append(page.json["jobs"][0]["seq"])
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == 1
    failed = client.get("/jobs?filter=state:failed%20customer").json["jobs"]
    assert [job["seq"] for job in failed] == [2]
    assert client.get("/jobs?filter=state:nonsense").status == 422


def test_places(client: Client, shop: Shop) -> None:
    assert client.get("/queues").json[0]["counts"]["failed"] == 1
    assert client.get("/dead").json[0]["newest"]["seq"] == 2
    assert client.get("/batches").json == []
    assert client.get("/batches/none").status == 404
    for path in ("/workers", "/tasks", "/healthz", "/readyz", "/openapi.json"):
        assert client.get(path).status == 200
    metrics = client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert b'state="failed"' in metrics.body


def test_a_new_job_can_be_polled_to_its_result(client: Client, shop: Shop) -> None:
    wanted = {"task": f"{shop.module}.send", "args": ["bob"]}
    made = client.post("/jobs", wanted, Idempotency_Key="once")
    assert made.status == 202
    assert made.headers["location"] == made.json["poll_url"] == f"/jobs/{made.json['id']}"
    again = client.post("/jobs", wanted, Idempotency_Key="once")
    assert (again.json["id"], again.json["is_new"]) == (made.json["id"], False)
    waiting = client.get(made.json["poll_url"])
    assert not waiting.json["is_terminal"]
    with _asked(client, f"{made.json['poll_url']}?wait=30s") as asked:
        shop.work()
        found = json.loads(asked.getresponse().read())
    assert (found["state"], found["result"]) == ("succeeded", "sent to bob")


@contextmanager
def _asked(client: Client, path: str, **headers: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    try:
        yield connection
    finally:
        connection.close()


def test_decisions(client: Client, shop: Shop) -> None:
    failed = shop.ended("fail", "again")
    assert client.post(f"/jobs/{failed}/retry").json["state"] == "pending"
    assert client.post(f"/jobs/{failed}/retry").status == 409
    assert client.post(f"/jobs/{failed}/cancel").json["state"] == "cancelled"
    made = client.post(f"/jobs/{failed}/replay")
    assert made.status == 202
    new = client.get(made.headers["location"]).json
    assert new["replay_of"] is not None
    shop.work()
    assert client.post(f"/jobs/{new['seq']}/discard").json["state"] == "discarded"


def test_events_go_on_where_they_were_lost(client: Client, shop: Shop) -> None:
    with _asked(client, "/events") as asked:
        stream = asked.getresponse()
        assert stream.getheader("content-type", "").startswith("text/event-stream")
        assert stream.readline() == b"retry: 1000\n"
        seq = shop.ended("send", "eve")
        first, id_ = _next_event(stream)
        assert first["job"] == seq
    with _asked(client, "/events", **{"Last-Event-ID": id_}) as asked:
        second, _ = _next_event(asked.getresponse())
    assert second["job"] == seq
    assert second["cursor"] != id_


def _next_event(stream: http.client.HTTPResponse) -> tuple[Any, str]:
    id_ = ""
    for line in stream:
        if line.startswith(b"id: "):
            id_ = line[4:].strip().decode()
        if line.startswith(b"data: "):
            return json.loads(line[6:]), id_
    raise AssertionError("the stream has ended")


def test_a_call_that_does_not_fit_is_refused_before_anything_is_written(
    client: Client, shop: Shop
) -> None:
    before = ledger(shop)
    send = f"{shop.module}.send"
    for wanted, word in (
        ({"task": "no.such"}, "no.such"),
        ({"task": send}, "missing"),
        ({"task": send, "args": [1]}, "to is to be str"),
        ({"task": send, "args": ["a", "b"]}, "times is to be int"),
        ({"task": send, "kwargs": {"to": "a", "nobody": 1}}, "nobody"),
        ({"task": send, "args": ["a"], "retries": -1}, "retries"),
    ):
        refused = client.post("/jobs", wanted)
        assert refused.status == 422
        assert word in refused.json["detail"], refused
    assert ledger(shop) == before


LINE = b"POST /jobs HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
AUTH = f"Authorization: Bearer {TOKEN}\r\n".encode()
JSON = b"Content-Type: application/json\r\n"


def posted(body: bytes, more: bytes = b"", line: bytes = LINE) -> bytes:
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    return line + HOST + AUTH + JSON + more + length + body


def got(path: bytes, more: bytes = b"", host: bytes = HOST, method: bytes = b"GET") -> bytes:
    return method + b" " + path + b" HTTP/1.1\r\n" + host + more + b"\r\n"


HOSTILE = {
    "no JSON": posted(b"{"),
    "a text": posted(b'"send"'),
    "a list": posted(b"[]"),
    "nothing": posted(b""),
    "null": posted(b"null"),
    "task is a number": posted(b'{"task": 1}'),
    "task is empty": posted(b'{"task": ""}'),
    "task with traversal": posted(b'{"task": "../../etc/passwd"}'),
    "task as an option": posted(b'{"task": "--db=/etc/passwd"}'),
    "task with NUL": posted(b'{"task": "send\\u0000"}'),
    "task with half a character": posted(b'{"task": "\\ud800"}'),
    "args is an object": posted(b'{"task": "send", "args": {}}'),
    "kwargs is a list": posted(b'{"task": "send", "kwargs": []}'),
    "unknown field": posted(b'{"task": "send", "pickle": "gASVJ"}'),
    "endless number": posted(b'{"task": "send", "args": [' + b"9" * 9000 + b"]}"),
    "not a number": posted(b'{"task": "send", "args": [NaN]}'),
    "endless priority": posted(b'{"task": "send", "args": ["a"], "priority": 1e999}'),
    "deep nesting": posted(b'{"task": "send", "args": ' + b"[" * 30000 + b"]" * 30000 + b"}"),
    "no UTF-8": posted(b'{"task": "\xff\xfe"}'),
    "form": posted(b"task=send").replace(b"application/json", b"text/plain"),
    "huge body": posted(b" " * 65_537),
    "told huge": LINE + HOST + AUTH + b"Content-Length: 99999999999\r\n\r\n",
    "told below nothing": LINE + HOST + AUTH + b"Content-Length: -1\r\n\r\n",
    "two lengths": LINE + HOST + AUTH + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "endless chunks": LINE + HOST + AUTH + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"4000\r\n" + b" " * 0x4000 + b"\r\n" + (b"4000\r\n" + b" " * 0x4000 + b"\r\n") * 4,
    "length and chunks": LINE + HOST + AUTH + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
    + b"\r\n0\r\n\r\n",
    "no such encoding": LINE + HOST + AUTH + b"Transfer-Encoding: gzip\r\n\r\n",
    "key with a space": posted(b'{"task": "send"}', b"Idempotency-Key: a b\r\n"),
    "two keys": posted(b"{}", b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n"),
    "long key": posted(b'{"task": "send"}', b"Idempotency-Key: " + b"k" * 300 + b"\r\n"),
    "two tokens": posted(b"{}", AUTH),
    "no token": posted(b"{}").replace(AUTH, b""),
    "wrong token": posted(b"{}").replace(AUTH, b"Authorization: Bearer wrong\r\n"),
    "basic token": posted(b"{}").replace(b"Bearer", b"Basic"),
    "foreign host": got(b"/jobs", host=b"Host: evil.example\r\n"),
    "host that begins like ours": got(b"/jobs", host=b"Host: 127.0.0.1.evil.example\r\n"),
    "no host": got(b"/jobs", host=b""),
    "two hosts": got(b"/jobs", HOST),
    "foreign origin": posted(b"{}", b"Origin: http://evil.example\r\n"),
    "no origin": posted(b"{}", b"Origin: null\r\n"),
    "other site": got(b"/jobs", b"Sec-Fetch-Site: cross-site\r\n"),
    "traversal": got(b"/jobs/../../../etc/passwd"),
    "coded traversal": got(b"/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
    "NUL in the path": got(b"/jobs/1%00"),
    "NUL in the filter": got(b"/jobs?filter=%00"),
    "CRLF in the path": got(b"/jobs/1%0d%0aSet-Cookie:%20a=b"),
    "bad wait": got(b"/jobs/1?wait=soon"),
    "endless wait": got(b"/jobs/1?wait=" + b"9" * 400 + b"s"),
    "limit of none": got(b"/jobs?limit=0"),
    "huge limit": got(b"/jobs?limit=99999999999999999999"),
    "huge number": got(b"/jobs?before=99999999999999999999999"),
    "bad event": got(b"/events", b"Last-Event-ID: x' OR 1=1\r\n"),
    "huge event": got(b"/events", b"Last-Event-ID: 9-9-" + b"9" * 80 + b"\r\n"),
    "huge head": got(b"/jobs", b"X: " + b"x" * 100_000 + b"\r\n"),
    "long path": got(b"/jobs/" + b"x" * 5000),
    "delete": got(b"/jobs/1", AUTH, method=b"DELETE"),
    "put": got(b"/jobs/1", AUTH, method=b"PUT"),
    "get to decide": got(b"/jobs/2/retry"),
    "trace": got(b"/jobs", AUTH, method=b"TRACE"),
    "connect": got(b"/jobs", AUTH, method=b"CONNECT"),
    "no such place": got(b"/admin"),
    "half a character": posted(b'{"task": "send", "args": ["\\ud800"]}'),
    "task twice": posted(b'{"task": "send", "args": ["a"], "task": "x"}'),
    "true as a number": posted(b'{"task": "send", "args": ["a"], "priority": true}'),
    "compressed": posted(b'{"task": "send"}', b"Content-Encoding: gzip\r\n"),
    "UTF-16": posted('{"task": "send", "args": ["a"]}'.encode("utf-16")),
    "endless delay": posted(b'{"task": "send", "args": ["a"], "delay": "999999999999h"}'),
    "delay below nothing": posted(b'{"task": "send", "args": ["a"], "delay": "-5s"}'),
    "key of two lines": posted(b'{"task": "send"}', b"Idempotency-Key: a\rb\r\n"),
    "encodings in a row": LINE + HOST + AUTH + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "wait for no number": got(b"/jobs/1?wait=nan"),
    "wait for ever": got(b"/jobs/1?wait=inf"),
    "wait below nothing": got(b"/jobs/1?wait=-1s"),
    "event below nothing": got(b"/events", b"Last-Event-ID: -1-1-1\r\n"),
    "foreign address": got(b"http://evil.example/jobs", host=b"Host: evil.example\r\n"),
    "twice coded traversal": got(b"/jobs/%252e%252e%252fetc"),
    "deep filter": got(b"/jobs?filter=" + b"(" * 5000),
    "web socket": got(b"/no/such", b"Upgrade: websocket\r\nConnection: Upgrade\r\n"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /jobs\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
}  # fmt: skip


EXACTLY = {
    "no token": 401,
    "wrong token": 401,
    "basic token": 401,
    "foreign host": 421,
    "host that begins like ours": 421,
    "foreign origin": 403,
    "no origin": 403,
    "other site": 403,
    "form": 415,
    "huge body": 413,
    "told huge": 413,
    "endless chunks": 413,
    "two tokens": 400,
    "deep nesting": 400,
    "length and chunks": 400,
    "huge head": 431,
    "delete": 405,
    "get to decide": 405,
}


def test_head_tells_what_get_would_without_the_body(client: Client) -> None:
    for path in ("/jobs/1", "/jobs", "/healthz", "/metrics"):
        head, got = client.ask("HEAD", path), client.get(path)
        assert (head.status, head.body) == (got.status, b""), path
        assert head.headers["content-type"] == got.headers["content-type"]
    assert client.ask("HEAD", "/jobs/1").headers["etag"] == client.get("/jobs/1").headers["etag"]
    assert client.ask("HEAD", "/jobs/999").status == 404


def test_hostile_requests_are_refused_and_change_nothing(client: Client, shop: Shop) -> None:
    before = ledger(shop)
    answers = {name: client.raw(sent) for name, sent in HOSTILE.items()}
    assert {name: code for name, code in answers.items() if not 400 <= code < 500} == {}
    assert {name: answers[name] for name in EXACTLY} == EXACTLY
    assert ledger(shop) == before
    assert client.get("/healthz").status == 200


def test_it_only_shows_if_it_is_to(shop: Shop) -> None:
    made = shop.folder / "own-token"
    with serving("--db", shop.db, "--read-only", "--token-file", made) as shown:
        token = made.read_text().strip()
        assert made.stat().st_mode & 0o777 == 0o600
        assert shown.get("/jobs/1").status == 200
        refused = shown.ask("POST", "/jobs/2/retry", Authorization=f"Bearer {token}")
        assert refused.status == 403
        assert "--read-only" in refused.json["detail"]
        with _asked(shown, "/events") as asked:
            assert asked.getresponse().readline() == b"retry: 1000\n"
            # It ends while somebody listens.


def test_bound_elsewhere_everything_needs_the_token(shop: Shop) -> None:
    with serving("--db", shop.db, "--host", "0.0.0.0") as everywhere:
        assert everywhere.get("/jobs/1").status == 401
        given = everywhere.get("/jobs/1", Authorization=f"Bearer {TOKEN}")
        assert given.status == 200
        assert (
            everywhere.get("/jobs/1", Authorization="Bearer x", Host="evil.example").status == 421
        )


def test_who_does_not_come_to_the_point_is_left(shop: Shop) -> None:
    hurried = (
        "import jobdash.http.protocol as p, jobdash.http.serving as s, jobdash.__main__ as m;"
        "p.HEAD_SECONDS = s._IDLE_SECONDS = 1"
    )
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with (
        serving("--db", shop.db, program=("-c", f"{hurried}; m.main()")) as client,
        ExitStack() as stack,
    ):
        told = []
        for sent in (b"", b"GET /heal", whole + b"GET /heal"):
            address = ("127.0.0.1", client.port)
            connection = stack.enter_context(socket.create_connection(address, PATIENCE))
            connection.sendall(sent)
            told.append(connection.makefile("rb"))
        answers = [one.read().partition(b"\r\n")[0] for one in told]
        assert answers == [b"", b"", b"HTTP/1.1 200 OK"]


def test_who_does_not_read_is_left(shop: Shop) -> None:
    hurried = "import jobdash.http.protocol as p, jobdash.__main__ as m; p.READ_SECONDS = 1"
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with serving("--db", shop.db, program=("-c", f"{hurried}; m.main()")) as client:
        whole = len(client.get("/openapi.json").body)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(PATIENCE)
            connection.connect(("127.0.0.1", client.port))
            connection.sendall(asked * 500)
            peer = connection.getsockname()[1]
            eventually(lambda: not _is_held(client.port, peer))
        assert whole * 500 > 20_000_000, "more than fits into all buffers on the way"
        assert client.get("/healthz").status == 200


def _is_held(port: int, peer: int) -> bool:
    """Whether the server has its end of a connection open: the other hears nothing unread."""
    ends = [line.split()[1:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = [f"0100007F:{port:04X}", f"0100007F:{peer:04X}", "01"]
    return established in ends


def test_a_web_application_lets_its_clients_poll(tmp_path: Path) -> None:
    environ = {
        **with_token(),
        "JOBDASH_DB": str(tmp_path / "s.db"),
        "JOBDASH_DEMO_DIR": str(tmp_path),
    }
    pool = start("worker", "-A", "sample_tasks", "-w", "1", env=environ)
    try:
        with sample_application(environ) as client:
            made = client.post("/exports", {"rows": 1000})
            assert made.status == 202
            url = f"{made.headers['location']}?wait=30s"
            while not (found := client.get(url).json)["is_terminal"]:
                pass
            assert found["state"] == "succeeded", found
            assert client.post(f"{made.headers['location']}/cancel").status in (404, 405)
            gone = client.get("/status/jobs/none")
            assert gone.headers["content-type"].endswith("problem+json")
    finally:
        pool.send_signal(signal.SIGTERM)
        pool.communicate()


def test_a_token_that_others_can_read_is_refused(shop: Shop, tmp_path: Path) -> None:
    open_to_all = tmp_path / "token"
    open_to_all.write_text("x" * 40)
    open_to_all.chmod(0o644)
    done: subprocess.CompletedProcess[str] = program(
        "serve", "--db", shop.db, "--token-file", open_to_all
    )
    assert done.returncode == 2
    assert "chmod 600" in done.stderr


def test_without_the_extra_it_says_which_one_is_missing(shop: Shop) -> None:
    said = "import sys; sys.modules['fastapi'] = None; import jobdash, jobdash.cli.main"
    done = subprocess.run(
        [sys.executable, "-c", f"{said}; import jobdash.http"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stderr.splitlines()[-1].endswith("pip install 'jobdash[http]'")


def test_the_document_has_an_example_of_everything(client: Client, shop: Shop) -> None:
    told = client.get("/openapi.json").json
    without = [
        (path, method, status)
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        for content in [*answer.get("content", {}).values()]
        if not content.get("example")
    ]
    assert without == []
    nameless = [
        (path, parameter["name"])
        for path, operations in told["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if not parameter["schema"].get("examples")
    ]
    assert nameless == []


def test_the_document_has_the_fields_that_answers_have(client: Client, shop: Shop) -> None:
    told = client.get("/openapi.json").json["paths"]
    for path, asked in (("/jobs/{ref}", "/jobs/1"), ("/dead", "/dead"), ("/tasks", "/tasks")):
        content = told[path]["get"]["responses"]["200"]["content"]["application/json"]
        schema, found = content["schema"], client.get(asked).json
        if isinstance(found, list):
            schema, found = schema["items"], found[0]
        assert [*schema["properties"]] == [*found], path


def test_dead_letters_can_be_filtered(client: Client) -> None:
    assert client.get("/dead?filter=customer").json != []
    assert client.get("/dead?filter=task:nothing").json == []
    assert client.get("/dead?filter=age:nonsense").status == 422


def test_who_breaks_off_a_long_poll_takes_no_place(shop: Shop) -> None:
    seq = shop.enqueue("send", "late")
    narrow = "import jobdash.http.jobs as j, jobdash.__main__ as m; j.MOST_WAITING = 1"
    with serving("--db", shop.db, program=("-c", f"{narrow}; m.main()")) as client:

        def waits() -> bool:
            begun = time.monotonic()
            assert client.get(f"/jobs/{seq}?wait=300ms").status == 200
            return time.monotonic() - begun >= 0.3

        def is_taken() -> bool:
            with _asked(client, f"/jobs/{seq}?wait=60s"):
                return not waits()

        eventually(is_taken)
        eventually(waits)
    shop.work()


async def test_who_leaves_just_as_something_changes_is_let_go(shop: Shop) -> None:
    threads = Threads(shop.db)
    watch = Watch(threads)
    waiting = asyncio.create_task(watch.changed(watch.mark, PATIENCE))
    await asyncio.sleep(0)
    watch.end()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    threads.close()
