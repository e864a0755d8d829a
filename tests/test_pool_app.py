"""What a pool makes of its app: errors while it is imported, and changes to it while it runs."""

import os
import shutil
from pathlib import Path

import pytest
from pool_support import APPS, Site, Sites, open_gate
from waiting import eventually

from jobdash.job import State

pytest_plugins = ["pool_fixtures"]

SECOND = 1_000_000

# The app


def test_an_app_that_does_not_import_is_told_in_one_line(sites: Sites, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "broken.py").write_text("\nraise ValueError('no good')\n")
    pool = sites(code=code).start("broken:huey")
    assert pool.ends() == 1
    (line,) = pool.said().splitlines()
    assert line == (
        f"AppError: the app 'broken' does not import: ValueError: no good ({code}/broken.py:2)"
    )


def test_an_app_whose_file_cannot_be_opened_is_told_as_database_trouble(
    sites: Sites, tmp_path: Path
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "lost.py").write_text(
        "print('first')\nfrom jobdash import SqliteHuey\n"
        "huey = SqliteHuey(filename='nowhere/x.db')\n"
    )
    pool = sites(code=code).start("lost:huey")
    assert pool.ends() == 1
    assert (
        pool.said()
        == f"first\nDatabaseError: the folder {code}/nowhere does not exist: create it first\n"
    )


def test_an_app_that_ends_its_process_is_told_so(sites: Sites, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "broken.py").write_text("import os\nos._exit(7)\n")
    pool = sites(code=code).start("broken:huey")
    assert pool.ends() == 1
    (line,) = pool.said().splitlines()
    assert line == "AppError: the app ended the process that imported it: exit code 7"


def test_threads_that_the_app_starts_while_imported_are_warned_about(
    sites: Sites, tmp_path: Path
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "threaded.py").write_text(
        "import os, threading\nfrom jobdash import SqliteHuey\n"
        "huey = SqliteHuey(filename=os.environ['POOL_DB'])\n"
        "threading.Thread(target=threading.Event().wait, daemon=True, name='ticker').start()\n"
    )
    pool = sites(code=code).start("threaded:huey")
    pool.says("starts threads while it is imported (ticker)")
    pool.stop()


# Reload


@pytest.fixture
def editable(sites: Sites, tmp_path: Path) -> Site:
    code = tmp_path / "code"
    shutil.copytree(APPS, code)
    return sites(code=code)


def _edit(site: Site, old: str, new: str) -> None:
    source = site.code / "bodies.py"
    text = source.read_text()
    assert old in text
    changed = source.with_suffix(".new")
    changed.write_text(text.replace(old, new))
    os.utime(changed, ns=(0, source.stat().st_mtime_ns + SECOND * 1000))
    changed.rename(source)


def test_changed_code_runs_after_a_reload_and_old_jobs_end_in_old_code(editable: Site) -> None:
    site, gate = editable, editable.gate()
    pool = site.serve(reload=True)
    old = pool.worker_pids()
    running = site.enqueue("held", site.book, gate)
    site.begun()
    _edit(site, "write(book, text)\n    return text", 'write(book, text + "!")\n    return text')
    pool.says("has changed: reloading")
    eventually(lambda: pool.worker_pids() > old)
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "new"))
    assert site.lines()[-1] == "new!"
    open_gate(gate)
    site.ends_as(State.SUCCEEDED, running)
    eventually(lambda: pool.worker_pids().isdisjoint(old))
    pool.stop()


def test_code_that_does_not_import_leaves_the_old_workers_until_it_does(editable: Site) -> None:
    site = editable
    site.app()
    pool = site.serve(reload=True)
    old = pool.worker_pids()
    _edit(site, "import contextlib\n", "import contextlib\nimport no_such_module\n")
    pool.says("No module named 'no_such_module'")
    pool.says("the workers go on with the code they have")
    assert pool.worker_pids() == old
    site.ends_as(State.SUCCEEDED, site.enqueue("note", site.book, "still here"))
    _edit(site, "import no_such_module\n", "")
    pool.says("reloaded")
    eventually(lambda: (pids := pool.worker_pids()) and pids.isdisjoint(old))
    pool.stop()
