"""What comes after a failure, and how the tries to come are told beforehand."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from test_render import JOB, NOW, SECOND, job

from jobdash.job import Job, State
from jobdash.render import next_tries_json, tries_text
from jobdash.retries import DELAY_LIMIT, NextTry, RetryPolicy, next_try, planned_tries
from jobdash.text import clock, iso

STEEP = RetryPolicy(delay=10, backoff=2, max_delay=35)
ETA = NOW + 5 * SECOND


def etas(policy: RetryPolicy, count: int, chance: float = 0) -> list[float]:
    """The waits of so many failures one after another, in seconds."""
    waits, now, delay = [], 0, policy.delay
    for left in range(count, 0, -1):
        following = next_try(policy._replace(delay=delay), left, now, chance)
        assert following.retries_left == left - 1
        assert following.eta is not None
        waits.append((following.eta - now) / SECOND)
        now, delay = following.eta, following.delay
    return waits


class TestNextTry:
    def test_a_delay_grows_up_to_its_cap(self) -> None:
        assert etas(STEEP, 4) == [10, 20, 35, 35]

    def test_without_back_off_it_stays(self) -> None:
        assert etas(RetryPolicy(delay=1.5), 3) == [1.5] * 3

    def test_without_a_delay_there_is_no_eta(self) -> None:
        assert next_try(RetryPolicy(backoff=3), 2, NOW, 0.5) == NextTry(None, 1, 0)

    def test_an_eta_that_was_asked_for_is_kept_and_nothing_grows(self) -> None:
        assert next_try(STEEP, 2, NOW, 0.5, asked=ETA) == NextTry(ETA, 1, 10)

    @pytest.mark.parametrize(("chance", "wait"), [(0, 10), (0.5, 8.75), (1, 7.5)])
    def test_jitter_takes_at_most_its_share(self, chance: float, wait: float) -> None:
        assert etas(RetryPolicy(delay=10, jitter=0.25), 1, chance) == [wait]

    def test_jitter_applies_to_what_is_left_by_the_cap(self) -> None:
        assert etas(STEEP._replace(jitter=0.2), 4, 1) == pytest.approx([8, 16, 28, 28])

    @pytest.mark.parametrize("delay", [-1, float("nan"), -float("inf")])
    def test_a_delay_that_is_none_means_at_once(self, delay: float) -> None:
        assert next_try(RetryPolicy(delay=delay), 1, NOW, 0.5).eta is None

    @pytest.mark.parametrize("policy", [RetryPolicy(1, 10), RetryPolicy(float("inf"), 1e308)])
    def test_a_growing_delay_never_overflows(self, policy: RetryPolicy) -> None:
        following = next_try(policy, 1, NOW, 0)
        for _ in range(2000):
            following = next_try(policy._replace(delay=following.delay), 1, NOW, 0)
        assert following.eta is not None
        assert following.eta - NOW <= DELAY_LIMIT * SECOND
        assert datetime.now() + timedelta(microseconds=following.eta - NOW)


def planned(state: State, **columns: Any) -> Job:
    """A job with four retries left of five, the next of them after ten seconds, growing."""
    policy = {"retry_delay": 10.0, "retry_backoff": 2.0, "retries": 5, "retries_left": 4}
    return job(state, **policy | columns)


class TestPlan:
    def test_what_is_planned_is_what_will_happen(self) -> None:
        """Each failure comes at once, and the plan made before the first holds to the last."""
        chance = random.Random(4)
        one = planned(State.RETRYING, failures=1, eta=ETA, retry_jitter=0.5, retry_max_delay=50.0)
        plan, left, policy = list(planned_tries(one)), 4, RetryPolicy(10, 2, 50, 0.5)
        moment = ETA
        for tried in plan:
            assert tried.earliest is not None
            assert tried.latest is not None
            assert tried.earliest <= moment <= tried.latest
            if not left:
                break
            following = next_try(policy, left, moment, chance.random())
            assert following.eta is not None
            moment, left = following.eta, following.retries_left
            policy = policy._replace(delay=following.delay)
        assert [tried.number for tried in plan] == [2, 3, 4, 5, 6]

    def test_a_job_that_has_not_failed_has_no_moments_yet(self) -> None:
        plan = list(planned_tries(planned(State.RUNNING, retry_jitter=0.1)))
        assert [tried.number for tried in plan] == [2, 3, 4, 5]
        assert [tried.longest for tried in plan] == [10, 20, 40, 80]
        assert [tried.shortest for tried in plan] == [9, 18, 36, 72]
        assert {(tried.earliest, tried.latest) for tried in plan} == {(None, None)}

    @pytest.mark.parametrize("state", [state for state in State if state.is_final])
    def test_a_job_that_has_ended_has_no_plan(self, state: State) -> None:
        assert list(planned_tries(planned(state))) == []
        assert next_tries_json(planned(state)) == []

    def test_a_billion_retries_are_not_listed(self) -> None:
        many = planned(State.RETRYING, retries=10**9, retries_left=10**9, eta=ETA)
        assert len(next_tries_json(many)) == 100
        assert tries_text(many, NOW).endswith(", … (1000000000 in all)")

    def test_the_document_of_the_tries_to_come(self) -> None:
        one = planned(State.RETRYING, failures=4, retries_left=1, eta=ETA, retry_jitter=0.25)
        assert next_tries_json(one) == [
            {
                "number": 5,
                "shortest_delay": None,
                "longest_delay": None,
                "earliest": iso(ETA),
                "latest": iso(ETA),
            },
            {
                "number": 6,
                "shortest_delay": 7.5,
                "longest_delay": 10,
                "earliest": iso(ETA + 7_500_000),
                "latest": iso(ETA + 10 * SECOND),
            },
        ]


def at(*seconds: float) -> str:
    return ", ".join(clock(ETA + int(one * SECOND)) for one in seconds)


WORDS = [
    (planned(State.PENDING), "0 of 6 used; if it fails: again after 10s, 20s, 40s, 1m 20s"),
    (
        planned(State.RUNNING, retries_left=5),
        "1 of 6 used; if it fails: again after 10s, 20s, 40s, 1m 20s, … (5 in all)",
    ),
    (
        planned(State.PENDING, retry_delay=0.0),
        "0 of 6 used; if it fails: again at once, up to 4 times",
    ),
    (
        planned(State.SCHEDULED, eta=ETA, retry_backoff=0.0, retry_delay=0.5),
        "0 of 6 used; if it fails: again after 500ms, up to 4 times",
    ),
    (
        planned(State.PENDING, retries_left=1, failures=4),
        "4 of 6 used; if it fails: again after 10s",
    ),
    (
        planned(State.PENDING, retries_left=2, retry_jitter=0.25),
        "0 of 6 used; if it fails: again after 7.5s to 10s, 15s to 20s",
    ),
    (
        planned(State.RETRYING, failures=3, retries_left=2, eta=ETA),
        f"3 of 6 used; next at {at(0)} (in 5s), then about {at(10, 30)}",
    ),
    (
        planned(State.RETRYING, failures=4, retries_left=1, eta=ETA, retry_jitter=0.5),
        f"4 of 6 used; next at {at(0)} (in 5s), then about {at(5)} to {at(10)}",
    ),
    (
        planned(State.RETRYING, failures=5, retries_left=0, eta=ETA),
        f"5 of 6 used; next at {at(0)} (in 5s)",
    ),
    (planned(State.RETRYING, failures=5, retries_left=0, eta=NOW), "5 of 6 used; next due now"),
    (
        planned(State.RETRYING, retries_left=1, retry_delay=0.0, eta=ETA),
        f"0 of 6 used; next at {at(0)} (in 5s), then again at once",
    ),
    (
        planned(State.RETRYING, retries_left=1, retry_delay=90_000.0, eta=ETA),
        f"0 of 6 used; next at {at(0)} (in 5s), then about in 1d 01h",
    ),
    (
        planned(State.RETRYING, retries_left=0, eta=NOW + 200_000 * SECOND),
        "0 of 6 used; next in 2d 07h",
    ),
    (planned(State.FAILED, failures=6, retries_left=0), "6 of 6 used"),
    (planned(State.SUCCEEDED, failures=2), "3 of 6 used"),
    (JOB, "0 of 4 used; if it fails: again at once, up to 3 times"),
]


@pytest.mark.parametrize(("one", "words"), WORDS, ids=map(str, range(len(WORDS))))
def test_the_tries_in_words(one: Job, words: str) -> None:
    assert tries_text(one, NOW) == words
