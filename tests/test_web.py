"""`jobdash web`: the page, its socket, and the processes behind it, over real HTTP on loopback.

Costs about ten seconds: each test starts the server as a process, most of them a dashboard.
The client's library is imported where it is used: each process of xdist collects this file.
"""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli_support import Shop, a_shop, processes_with, refused, run, start, wait_for
from waiting import PATIENCE

from jobdash.errors import DatabaseError
from jobdash.report import Report

if TYPE_CHECKING:
    import aiohttp

_ESCAPES = re.compile(r"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        made.enqueue("send", "ada")
        yield made
        for pid in processes_with(made.module):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def serving(shop: Shop, *words: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve the shop; yields the server and its address. It must end cleanly."""
    process = start("web", "-A", shop.app, *words)
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, (said, process.stderr and process.stderr.read())
        yield process, found[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Page:
    """What a browser's page has of its dashboard."""

    def __init__(self, socket: "aiohttp.ClientWebSocketResponse") -> None:
        self.socket = socket
        self.raw = b""

    @property
    def text(self) -> str:
        """All that has been drawn so far."""
        return _ESCAPES.sub("", self.raw.decode("utf-8", "replace"))

    async def until(self, words: str) -> None:
        """Read until these words have been drawn."""
        from aiohttp import WSMsgType

        deadline = asyncio.get_running_loop().time() + PATIENCE
        while words not in self.text:
            left = deadline - asyncio.get_running_loop().time()
            assert left > 0, (words, self.text[-2000:])
            with suppress(TimeoutError):
                message = await self.socket.receive(left)
                assert message.type is WSMsgType.BINARY, (message, self.text[-2000:])
                self.raw += message.data

    async def press(self, keys: str) -> None:
        """Type."""
        await self.socket.send_str(json.dumps(["stdin", keys]))


@asynccontextmanager
async def opened(url: str, **options: object) -> AsyncIterator[Page]:
    """Open a dashboard as the page does."""
    from aiohttp import ClientSession

    async with ClientSession() as client:
        address = f"{url.replace('http', 'ws')}ws?width=120&height=36"
        headers = {"Origin": url.rstrip("/")}
        async with client.ws_connect(address, headers=headers, max_msg_size=0) as connected:
            await connected.send_str(json.dumps(["focus"]))
            yield Page(connected)


def dashboards(shop: Shop) -> list[int]:
    """The dashboard processes of the shop."""
    found = []
    for pid in processes_with(str(shop.db)):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--no-pool" in words and b"web" not in words:
            found.append(pid)
    return found


async def test_a_page_has_a_dashboard_that_answers_and_ends_with_it(shop: Shop) -> None:
    with serving(shop, "--no-pool") as (_, url):
        await nothing_comes_from_elsewhere_and_nobody_else_gets_in(url)
        assert not dashboards(shop)
        async with opened(url) as page:
            await page.until("1 job")
            await page.until(f"{shop.module}.send"[:20])
            await page.press("n")
            await page.until("type to find")
            async with opened(url) as other:
                await other.until("1 job")
                assert len(dashboards(shop)) == 2
            wait_for(lambda: len(dashboards(shop)) == 1)
        wait_for(lambda: not dashboards(shop))
        async with opened(url) as page:
            await page.until("1 job")
            await page.press("q")
            async with asyncio.timeout(PATIENCE):
                async for _message in page.socket:
                    pass
            assert page.socket.closed
        wait_for(lambda: not dashboards(shop))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_no_dashboard_outlives_the_server(shop: Shop, how: signal.Signals) -> None:
    process = start("web", "-A", shop.app, "--no-pool", "--read-only")
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None
    async with opened(found[0]) as page:
        await page.until("1 job")
        if how is signal.SIGINT:
            await page.press("x")
            await page.until("to look only")
            assert shop.state(1) == "pending"
        process.send_signal(how)
        await asyncio.to_thread(process.communicate)
        assert process.returncode == (-how if how == signal.SIGKILL else 0)
        wait_for(lambda: not dashboards(shop))


async def nothing_comes_from_elsewhere_and_nobody_else_gets_in(url: str) -> None:
    from aiohttp import ClientSession

    async with ClientSession() as client:
        async with client.get(url) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        links = re.findall(r"""(?:src|href)="([^"]+)|url\("([^"]+)|(\w+://[^"' ]+)""", page)
        for link in {next(filter(None, found)) for found in links}:
            assert link.startswith(("/", f"ws://{url[7:]}", "data:")), link
            if link.startswith("/"):
                async with client.get(url + link[1:]) as part:
                    assert part.status == 200, link
        assert await status(client, url, Host="jobdash.example:80") == 403
        assert await status(client, url + "ws", Origin="http://evil.example") == 403
        assert await status(client, url + "static/../server.py") == 404
    port = int(url.rstrip("/").rpartition(":")[2])
    assert listening_on(port) == {"0100007F"}, "127.0.0.1 alone"


async def status(client: "aiohttp.ClientSession", url: str, **headers: str) -> int:
    async with client.get(url, headers=headers) as answer:
        return answer.status


def listening_on(port: int) -> set[str]:
    """The addresses, as the kernel writes them, on which somebody listens at a port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    lines += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    found = [line[1].split(":") for line in lines if line[3] == "0A"]
    return {address for address, number in found if int(number, 16) == port}


def test_it_starts_one_pool_and_stops_it_at_the_end(shop: Shop) -> None:
    with serving(shop, "-w", 1) as (_, first):
        wait_for(lambda: shop.state(1) == "succeeded")
        assert pools(shop) == 1
        with serving(shop, "--no-pool") as (_, second):
            assert first != second, "a port that is taken is passed over"
    assert pools(shop) == 0
    assert not processes_with(shop.module)


def pools(shop: Shop) -> int:
    try:
        with Report(shop.db) as report:
            return sum(worker.kind == "pool" for worker in report.workers())
    except DatabaseError:
        return 0


def test_another_machine_is_refused_in_a_sentence(shop: Shop) -> None:
    refused(run("web", "--host", "0.0.0.0"), 2, "no password", "ssh -L")


def test_a_port_that_is_taken_is_told(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(run("web", "-A", shop.app, "--no-pool", "--port", port), 2, str(port), "leave")


def test_without_the_extra_it_says_what_to_install(shop: Shop, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(
        "import sys\n"
        "class Nothing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('textual_serve', 'aiohttp'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Nothing())\n"
    )
    paths = os.pathsep.join([str(blocked), os.environ.get("PYTHONPATH", "")])
    environ = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-m", "jobdash", "web", "-A", shop.app],
        capture_output=True, text=True, env=environ, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].endswith("pip install 'jobdash[web]'")
    assert len(done.stderr.splitlines()) == 1
