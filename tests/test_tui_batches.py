"""The place of the batches: what its keys come to. Costs about five seconds: one start each."""

from pathlib import Path

import pytest
from cli_support import Shop, a_shop, run_json
from tui_support import Screen, dashboard

from jobdash.errors import Refused
from jobdash.report import Report

pytestmark = pytest.mark.usefixtures("quiet")


def states(shop: Shop) -> list[str]:
    """The states of the jobs, in the order of their numbers."""
    with Report(shop.db) as report:
        return [str(job.state) for job in reversed(report.jobs())]


def batch_state(shop: Shop) -> str:
    with Report(shop.db) as report:
        return report.batch("night").state


async def paused(shop: Shop, screen: Screen) -> None:
    await screen.press("P")
    await screen.until("Pause batch night")
    await screen.press("b")
    await screen.until("Paused batch night")
    assert batch_state(shop) == "paused"
    await screen.until("◌ paused")


async def test_what_its_keys_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_shop(tmp_path, monkeypatch) as shop:
        assert shop.huey is not None
        with shop.huey.batch("night") as batch:
            batch.add(shop.task("fail").s())
            batch.add(shop.task("send").s("ada"))
        shop.work()
        shop.task("send").map_batch(["bob"] * 3, name="[/day]")
        async with dashboard(shop.db, (120, 36)) as screen:
            await screen.press("8")
            await screen.until("2 batches")
            assert "0/3" in screen.line_with("[/day]")
            assert "xxxxxxxxxxxx" in screen.line_with("night")
            await screen.press("j")
            await screen.until("1 succeeded   1 failed")

            await screen.press("r")
            await screen.until(lambda: states(shop)[0] == "pending")
            # What a key can do depends on what the screen knows.
            await screen.until("1 succeeded   1 left")
            await paused(shop, screen)
            await screen.press("u")
            await screen.until("Resumed batch night")
            assert batch_state(shop) == "running"

            await screen.press("x")
            await screen.until("Cancel")
            await screen.press("y")
            await screen.until(lambda: states(shop)[0] == "cancelled")
            await screen.press("u")
            await screen.until(lambda: states(shop)[0] == "pending")

            await screen.press("enter")
            await screen.until("batch:night")
            await screen.until("2 match")
            await screen.press("escape")
            await screen.until("2 batches")
        assert run_json("--db", shop.db, "batches", "show", "night")["left"] == 1


async def test_none_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_shop(tmp_path, monkeypatch) as shop:
        shop.enqueue("send", "ada")
        async with dashboard(shop.db, (80, 24)) as screen:
            await screen.press("8")
            await screen.until("There is no batch yet")
            assert "jobdash batch TASK --from FILE" in screen.text
            assert "retry failed" not in screen.text


async def test_of_a_copy_and_in_ascii_it_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_shop(tmp_path, monkeypatch) as shop:
        assert shop.huey is not None
        shop.task("send").map_batch(["bob"] * 3, name="night")
        shop.work()
        async with dashboard(shop.db, (80, 24), ascii=True, read_only=True) as screen:
            await screen.press("8")
            await screen.until("============")
            await screen.press("P")
            await screen.until("look only")


async def test_one_that_is_still_filled_is_cancelled_for_who_fills_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_shop(tmp_path, monkeypatch) as shop:
        assert shop.huey is not None
        with shop.huey.batch("night", chunk=1) as batch:
            batch.add(shop.task("send").s("ada"))
            async with dashboard(shop.db, (120, 36)) as screen:
                await screen.press("8")
                await screen.until("1 batch")
                await screen.press("x")
                await screen.until("still being enqueued")
                await screen.press("y")
                await screen.until("Cancelled batch night")
            with pytest.raises(Refused, match="has been cancelled"):
                batch.add(shop.task("send").s("bob"))
        assert states(shop) == ["cancelled"]
        with Report(shop.db) as report:
            assert report.batch("night").closed_at is not None
