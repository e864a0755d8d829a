"""The filter language: what it means, that every mistake is told in words, and what SQL finds.

Costs about six seconds, most of it in two searches for a counterexample.
"""

import json
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobdash.database import open_database
from jobdash.errors import UsageError
from jobdash.job import Job, State
from jobdash.report import FilterError, JobFilter, Order, Report, parse_filter, write_term
from jobdash.report.filter_language import LONGEST, MOST_TERMS
from jobdash.report.filter_terms import FIELDS, Limit, Match, Pattern, Term
from jobdash.text import storable

NOW = 1_790_000_000_000_000
SECOND = 1_000_000


def match(field: str, *values: str, negated: bool = False, path: tuple[str, ...] = ()) -> Match:
    """One term as the parser should make it; a star at the end is a prefix."""
    patterns = tuple(Pattern(one.removesuffix("*"), one.endswith("*")) for one in values)
    return Match(field, patterns, negated, path)


# -- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", []),
        (" \n\t ", []),
        ("two words", [match("text", "two"), match("text", "words")]),
        ('"two words"', [match("text", "two words")]),
        ('-"two words"', [match("text", "two words", negated=True)]),
        ("state:failed,retrying", [match("state", "failed", "retrying")]),
        ("STATE:Fail", [match("state", "failed")]),
        ("state:s*", [match("state", "scheduled", "succeeded")]),
        ("-state:running", [match("state", "running", negated=True)]),
        ("task:mail.*,image.resize", [match("task", "mail.*", "image.resize")]),
        ('error:"no such file","a,b"*', [match("error", "no such file", "a,b*")]),
        (r'args:"say \"hi\" \\ \n"', [match("args", r'say "hi" \ \n')]),
        ("batch:*", [match("batch", "*")]),
        ('key:"5*"', [Match("key", (Pattern("5*"),))]),
        ("key:order:7", [match("key", "order:7")]),
        ("arg.to:ada@x.org", [match("arg", "ada@x.org", path=("to",))]),
        ("arg.customer.id:5", [match("arg", "5", path=("customer", "id"))]),
        ("id:#12,12", [match("id", "#12", "12")]),
        ("#12", [match("id", "#12")]),
        ("-#12,#13", [match("id", "#12", "#13", negated=True)]),
        ('"#12" #x # #1*', [match("text", "#12"), match("text", "#x"), match("text", "#"),
                            match("text", "#1*")]),
        ("parent:#12,12 -with:3", [match("parent", "#12", "12"),
                                   match("with", "3", negated=True)]),
        ("age<1h", [Limit("age", "<", 3600 * SECOND)]),
        ("age:<1h took:>=30s", [Limit("age", "<", 3600 * SECOND),
                                Limit("took", ">=", 30 * SECOND)]),
        ("age>=2d", [Limit("age", ">=", 2 * 86_400 * SECOND)]),
        ("took>1h30m -took>2h", [Limit("took", ">", 5400 * SECOND),
                                 Limit("took", ">", 7200 * SECOND, negated=True)]),
        ("try:3 prio>-1.5", [Limit("try", "=", 3), Limit("prio", ">", -1.5)]),
        ("a,b", [match("text", "a,b")]),
        ('it\'s {"size":12}', [match("text", "it's"), match("text", '{"size":12}')]),
        ("TimeoutError: http://x 12:30", [match("text", "TimeoutError:"),
                                          match("text", "http://x"), match("text", "12:30")]),
        ("- --flag", [match("text", "-"), match("text", "-flag", negated=True)]),
        ('"agee<1h"', [match("text", "agee<1h")]),
    ],
)  # fmt: skip
def test_a_filter_means_these_terms(typed: str, terms: list[Term]) -> None:
    assert list(parse_filter(typed)) == terms


@pytest.mark.parametrize(
    ("typed", "message", "marked"),
    [
        ("ada agee<1h x", "unknown field 'agee', did you mean age?", "agee<"),
        ("stat:failed", "did you mean state?", "stat:"),
        ("foo:bar", "unknown field 'foo': to look for the text, put it in quotes", "foo:"),
        ("x state:faild", "there is no state 'faild', did you mean failed?", "state:faild"),
        ("state:xyzzy", "there are waiting, scheduled", "state:xyzzy"),
        ("state:s", "'s' can be scheduled or succeeded", "state:s"),
        ("age< x", "'age<' needs a value: age<1h", "age<"),
        ("age:1h", "'age' is compared with < or >: age<1h", "age:1h"),
        ("took>soon", "'soon' is not a duration", "took>soon"),
        ("took>99999d", "at most ten years", "took>99999d"),
        ("task:", "'task:' needs a value", "task:"),
        ('task:""', "needs a value", 'task:""'),
        ("state:failed,", "needs a value", "state:failed,"),
        ("task<x", "'task' takes a colon: task:mail.*", "task<x"),
        ('a error:"no such', "the quote is not closed", '"no such'),
        ('error:"no"such', "after a closing quote comes a space", '"no"such'),
        ("try>many", "'many' is no number", "try>many"),
        ("try>9223372036854775808", "at most 9,223,372,036,854,775,807", None),
        ("prio<-1e400", "at most 9,223", None),
        ("prio>nan", "'nan' is no number", None),
        ("try>٣", "is no number", None),
        ("id:#99999999999999999999", "at most 9,223", None),
        ("parent:x", "'parent' takes the number of a job: parent:#12", "parent:x"),
        ("with:#x", "after # comes the number of a job: with:#12", None),
        ("with:*", "'with' takes the number of a job", None),
        ("parent:99999999999999999999", "at most 9,223", None),
        ("id:#x", "after # comes the number of a job", None),
        ("arg:5", "'arg' needs the name of an argument: arg.order:4711", None),
        ("args.x:5", "unknown field 'args.x'", "args.x:"),
        ("error:a\x00b", "no control characters: ␀", None),
        ("\x1b[31m", "no control characters: ␛", None),
        ("x " * 51, "at most 50 terms", "x "),
        ("state:failed," * 101 + "failed", "at most 100 values", None),
        ("x" * 10_001, "at most 10,000 characters", "x"),
    ],
)
def test_a_mistake_is_told_with_its_place(typed: str, message: str, marked: str | None) -> None:
    with pytest.raises(FilterError) as told:
        parse_filter(typed)
    assert message in str(told.value)
    assert isinstance(told.value, UsageError)
    assert str(told.value).isprintable()
    if marked is not None:
        assert typed[told.value.start : told.value.end] == marked


PIECES = st.sampled_from(
    [*(f"{name}{sign}" for name in FIELDS for sign in (":", "<", ">=")), "arg.to:", "-", '"', '"',
     ",", "*", " ", "\\", "#", "1h", "5", "failed", "fail", "9" * 25, "\x00", "\udc80", "\n", "é"]
)  # fmt: skip


def mistake_in(typed: str) -> FilterError | None:
    try:
        parse_filter(typed)
    except FilterError as told:
        return told
    return None


@given(st.text(min_size=1, max_size=30))
@example('my "task", \\ and*')
@example("mail.send")
@example("two words\nand a line")
def test_a_written_term_means_just_its_value(value: str) -> None:
    written = write_term("task", value)
    (term,) = parse_filter(written)
    assert isinstance(term, Match)
    (pattern,) = term.patterns
    if pattern.is_prefix:
        # No filter can hold the control character that comes next.
        assert value.startswith(pattern.text)
        assert not value[len(pattern.text)].isprintable()
    else:
        assert pattern.text == value
    assert write_term("task", "") == ""


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_is_a_filter_or_a_mistake_in_words(typed: str) -> None:
    told = mistake_in(typed)
    if told is not None:
        assert 0 <= told.start < told.end <= len(typed)
        assert str(told).isprintable(), "a terminal could act on it"


def test_long_filters_are_read_quickly() -> None:
    # It would take minutes if a quote that is never closed were looked for again at each place.
    half = LONGEST // 2
    for typed in ('"' * LONGEST, '\\"' * half, ',"' * (half - 1) + "\\", "a:" * half, "a." * half):
        told = mistake_in(typed)
        assert told is None or told.end <= LONGEST


# -- finding, against plain Python ---------------------------------------------------------------

TASKS = ("app.mail.send", "app.mail.bounce", "mail.send", "mailer", "image.resize")
PARAMETERS = {
    "app.mail.send": ("to", "size"),
    "image.resize": ("path", "to"),
}
WORKERS = ((7, "w1", 100), (8, "w2", 101), (9, "big", 7))
KEYS = (None, "order:1", "order:2", "é")


# The first of one group is gone; 0 is what members of chords have.
GROUPS = {12: 12, 15: 12, 18: 12, 21: 0, 24: 0, 30: 7, 33: 7, 240: 12}


class Facts:
    """A file with jobs of every kind, and all that the reference needs to know of it."""

    def __init__(self, path: Path) -> None:
        database = open_database(path, durability="fast")
        chance = random.Random(11)
        with database.transaction() as tx:
            for number, name, pid in WORKERS:
                tx.run(
                    "INSERT INTO worker (id, queue, kind, name, pid, boot, born, started_at)"
                    " VALUES (?, 'huey', 'worker', ?, ?, 'b', 1, 1)", (number, name, pid)
                )  # fmt: skip
            for task, names in PARAMETERS.items():
                listed = [{"name": one, "kind": "positional_or_keyword"} for one in names]
                tx.run(
                    "INSERT INTO task_type (queue, name, parameters, doc, retries, retry_delay,"
                    " priority, periodic, registered_at) VALUES ('huey', ?, ?, '', 0, 0, 0, 0, 1)",
                    (task, json.dumps([*listed, "odd", {"name": "to", "kind": "var_keyword"}])),
                )
            tx.run(
                "INSERT INTO task_type (queue, name, parameters, doc, retries, retry_delay,"
                " priority, periodic, registered_at)"
                " VALUES ('huey', 'mailer', '{', '', 0, 0, 0, 0, 1)"
            )
            for seq in range(1, 81):
                row = self._row(chance, seq)
                names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                tx.run(f"INSERT INTO job ({names}) VALUES ({marks})", row)
        database.close()
        self.report = Report(path)
        self.jobs = self.report.jobs(limit=1000)

    def _row(self, chance: random.Random, seq: int) -> dict[str, Any]:
        state = chance.choice(list(State))
        created = NOW - chance.randrange(0, 7200) * SECOND
        started = created + chance.randrange(0, 60) * SECOND
        ended = started + chance.randrange(0, 90) * SECOND
        has_run = state.is_final and chance.random() < 0.8
        failed = state is State.FAILED
        five = chance.choice(("5", "5.50", "true", "null", '"5"', '"ada b"', '{"id": 5}', '"é"'))
        return {
            "seq": seq * 3, "id": f"{chance.choice(('0a', '0b', '12'))}-{seq}",
            "queue": chance.choice(("huey", "side")), "task": chance.choice(TASKS),
            "state": str(state), "place": seq, "created_at": created,
            "priority": chance.choice((0, 5, -1.5)), "claims": chance.randrange(4),
            "idle": 0, "worker": chance.choice(WORKERS)[0] if state is State.RUNNING else None,
            "ran_by": chance.choice(WORKERS)[0] if has_run else None,
            "started_at": started if has_run or state is State.RUNNING else None,
            "finished_at": ended if state.is_final else None,
            "eta": NOW + seq if state in (State.SCHEDULED, State.RETRYING) else None,
            "cancel_requested_at": chance.choice((None, created)),
            "args": chance.choice(('[', '[]', f'[{five}, 12]', '["a/b", "ada"]', '{"to": 5}')),
            "kwargs": chance.choice(('{}', '{', f'{{"to": {five}}}', '{"size": 12, "to": "A"}')),
            "error_type": chance.choice(("Timeout", "KeyError", None)) if failed else None,
            "error_message": chance.choice(("no such file", "100% of", None)) if failed else None,
            "signature": chance.choice((None, "1f09", "1f1a", "aa00")) if seq % 2 else None,
            "parent": chance.choice((None, 12, 12, 999)), "group_head": GROUPS.get(seq * 3),
            "batch": chance.choice((None, "b1", "b2", "night 1")), "key": chance.choice(KEYS),
        }  # fmt: skip


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    made = Facts(tmp_path_factory.mktemp("filter") / "jobs.db")
    yield made
    made.report.close()


_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fits(pattern: Pattern, value: str | None) -> bool:
    text = storable(pattern.text)
    if value is None:
        return False
    return value.startswith(text) if pattern.is_prefix else value == text


def holds(pattern: Pattern, value: str | None) -> bool:
    if value is None:
        return False
    text, value = storable(pattern.text).translate(_LOWER), value.translate(_LOWER)
    return value.startswith(text) if pattern.is_prefix else text in value


def any_tail(pattern: Pattern, task: str) -> bool:
    parts = task.split(".")
    return any(fits(pattern, ".".join(parts[at:])) for at in range(len(parts)))


class Raw(str):
    """A number as it stands in JSON."""


def loads(text: str) -> Any:
    try:
        return json.loads(text, parse_int=Raw, parse_float=Raw)
    except ValueError:
        return None


def argument(value: Any, path: tuple[str, ...]) -> str | None:
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace('"5"', "5")


def arguments(job: Job, path: tuple[str, ...]) -> Iterator[str | None]:
    named = loads(job.kwargs)
    if isinstance(named, dict):
        yield argument(named, path)
    listed = loads(job.args)
    names = PARAMETERS.get(job.task, ())
    if isinstance(listed, list):
        for name, value in zip(names, listed, strict=False):
            if name == path[0]:
                yield argument(value, path[1:])


def means_id(pattern: Pattern, job: Job) -> bool:
    digits = pattern.text.removeprefix("#")
    is_number = digits.isascii() and digits.isdecimal() and not pattern.is_prefix
    is_id = not pattern.text.startswith("#") and job.id.startswith(storable(pattern.text))
    return is_id or (is_number and int(digits) == job.seq)


def number_in(pattern: Pattern) -> int:
    return int(pattern.text.removeprefix("#"))


def is_with(number: int, job: Job) -> bool:
    head = GROUPS.get(job.seq, 0)
    return head > 0 and head == GROUPS.get(number, number)


def means_worker(pattern: Pattern, job: Job) -> bool:
    known = {number: (name, pid) for number, name, pid in WORKERS}
    if job.worker is None:
        return False
    name, pid = known[job.worker]
    is_number = pattern.text in (str(job.worker), str(pid)) and not pattern.is_prefix
    return fits(pattern, name) or is_number


def means_group(pattern: Pattern, job: Job) -> bool:
    if job.state is not State.FAILED:
        return False
    if pattern.text == "none":
        return job.signature is None
    return job.signature is not None and job.signature.startswith(storable(pattern.text))


def took(job: Job) -> int | None:
    if job.started_at is None:
        return None
    if job.state is State.RUNNING:
        return max(0, NOW - job.started_at)
    asked = job.state is State.CANCELLED and job.cancel_requested_at is not None
    if (asked or job.state in (State.SUCCEEDED, State.FAILED)) and job.finished_at is not None:
        return max(0, job.finished_at - job.started_at)
    return None


def amount(job: Job, field: str) -> float | None:
    return {
        "age": NOW - job.created_at, "took": took(job), "try": job.attempts, "prio": job.priority
    }[field]  # fmt: skip


def is_within(term: Limit, job: Job) -> bool:
    value = amount(job, term.field)
    if value is None:
        return False
    return {
        "<": value < term.amount, ">": value > term.amount, "<=": value <= term.amount,
        ">=": value >= term.amount, "=": value == term.amount,
    }[term.relation]  # fmt: skip


SHOWN_OF = {
    "text": ("task", "id", "args", "kwargs", "error_type", "error_message"),
    "error": ("error_type", "error_message"),
}
MEANS: dict[str, Callable[[Pattern, Job], bool]] = {
    "task": lambda pattern, job: any_tail(pattern, job.task),
    "id": means_id,
    "worker": means_worker,
    "group": means_group,
    "parent": lambda pattern, job: job.parent == number_in(pattern),
    "with": lambda pattern, job: is_with(number_in(pattern), job),
    "args": lambda pattern, job: any(
        holds(Pattern(pattern.text), text) for text in (job.args, job.kwargs)
    ),
}


def means(term: Match, pattern: Pattern, job: Job) -> bool:
    if term.field in ("state", "queue", "key", "batch"):
        return fits(pattern, getattr(job, term.field))
    if term.field == "arg":
        return any(fits(pattern, value) for value in arguments(job, term.path))
    if term.field in SHOWN_OF:
        return any(holds(pattern, getattr(job, name)) for name in SHOWN_OF[term.field])
    return MEANS[term.field](pattern, job)


def is_true(term: Term, job: Job) -> bool:
    """The meaning of a term, written without SQL."""
    if isinstance(term, Limit):
        return is_within(term, job) != term.negated
    return any(means(term, pattern, job) for pattern in term.patterns) != term.negated


VALUES = st.sampled_from(
    ["failed", "succeeded", "run", "s*", "mail.send", "send", "mail.*", "app.*", "mailer", "huey",
     "side", "12", "#12", "#240", "15", "7", "0a", "0b-7", "12-", "order:1", "order*", "é", "b1",
     "b*", "*",
     '"night 1"', "w1", "w*", "100", "7", "8", "none", "1f", "1f09", "a", "timeout", "key*",
     '"such file"', "100%", "ada", "A", '"ada b"', "5", "5.50", "true", "null", '"{""id"":5}"',
     "a/b", "\udc80", "_"]
)  # fmt: skip
NAMES = [*(name for name, field in FIELDS.items() if not field.is_limit and name != "arg")]
NAMED = st.builds(
    lambda name, values: f"{name}:{','.join(values)}",
    st.sampled_from([*NAMES, "arg.to", "arg.size", "arg.to.id", "arg.path"]),
    st.lists(VALUES, min_size=1, max_size=3),
)
LIMITS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["age", "took"]),
    st.sampled_from(["<", ">", "<=", ">="]),
    st.sampled_from(["0", "10s", "1m", "1h", "250ms", "9d"]),
)
NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["try", "prio"]),
    st.sampled_from(["<", ">", "<=", ">=", ":"]),
    st.sampled_from(["0", "1", "5", "-1.5", "2", "9223372036854775807"]),
)
TERMS = st.builds(
    "{}{}".format, st.sampled_from(["", "", "-"]), st.one_of(NAMED, NAMED, LIMITS, NUMBERS, VALUES)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TERMS, min_size=1, max_size=3).map(" ".join))
@example("batch:b1,b1,b2 state:failed")
@example("group:1f,1f09,none,none")
@example("key:order:1,order:1,order:2 state:succeeded,cancelled")
@example("id:0a,0a-1 -state:failed")
@example("parent:#12,12,999 state:failed")
@example("with:#15,12,7 -with:33 -parent:12")
@example("id:21,24,27 with:#21")
@example("-with:#21")
@example("worker:w1 group:1f batch:b1")
def test_sql_finds_what_plain_python_finds(facts: Facts, typed: str) -> None:
    try:
        wanted = JobFilter(terms=parse_filter(typed)).at(NOW)
    except FilterError:
        return
    expected = [job for job in facts.jobs if all(is_true(term, job) for term in wanted.terms)]
    report = facts.report
    assert report.jobs(wanted, limit=1000) == expected
    assert report.count(wanted) == len(expected)
    assert report.jobs(wanted, 5, 2) == expected[2:7]
    assert report.jobs(wanted, 5, 2, Order.OLDEST) == expected[::-1][2:7]
    for place, job in enumerate(expected[:3]):
        assert report.position(wanted, job.seq) == place
        assert report.position(wanted, job.seq, Order.OLDEST) == len(expected) - place - 1
    dead = sum(group.jobs for group in report.dead_groups(wanted)[0])
    assert dead == sum(job.state is State.FAILED for job in expected)


def waited(job: Job) -> int:
    began = job.started_at if job.started_at is not None else job.finished_at
    until = NOW if job.state is State.PENDING or began is None else began
    return max(0, until - max(job.created_at, job.eta or 0))


RANK = {
    Order.NEWEST: lambda job: -job.seq,
    Order.OLDEST: lambda job: job.seq,
    Order.PRIORITY: lambda job: (-job.priority, -job.seq),
    Order.TOOK: lambda job: (-1 * (-1 if took(job) is None else took(job)), -job.seq),
    Order.WAITED: lambda job: (-waited(job), -job.seq),
    Order.CPU: lambda job: (-(job.cpu or -1), -job.seq),
    Order.MEMORY: lambda job: (-(job.memory or -1), -job.seq),
    Order.TRIES: lambda job: (-job.attempts, -job.seq),
    Order.TASK: lambda job: (job.task, -job.seq),
}


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("typed", ["", "state:failed,succeeded", "task:mail.*", "age<1h -batch:b1"])
def test_every_order_is_that_of_plain_python(facts: Facts, typed: str, order: Order) -> None:
    wanted = JobFilter(terms=parse_filter(typed), now=NOW)
    matching = [job for job in facts.jobs if all(is_true(term, job) for term in wanted.terms)]
    expected = sorted(matching, key=RANK[order])
    assert facts.report.jobs(wanted, 7, 2, order) == expected[2:9]
    seqs = facts.report.sorted_seqs(wanted, order, 1000)
    assert facts.report.in_order(seqs) == expected


def test_what_lies_beyond_a_moment_stays_so(facts: Facts) -> None:
    young = JobFilter(terms=parse_filter("age<1h"))
    assert facts.report.jobs(young.at(NOW), 1000) != facts.report.jobs(young.at(2 * NOW), 1000)
    assert young.at(NOW).at(2 * NOW) == young.at(NOW)
    assert JobFilter(terms=parse_filter("ada")).at(NOW).now is None


def test_the_longest_filter_is_answered(facts: Facts) -> None:
    for term in ("-error:x,y", "arg.to:5", "task:mail.*", "age<1h", "ada", "group:1,2"):
        wanted = JobFilter(terms=parse_filter(f"{term} " * MOST_TERMS)).at(NOW)
        assert facts.report.count(wanted) == len(facts.report.jobs(wanted, 1000))
    many = ",".join(f"v{number}" for number in range(100))
    assert facts.report.count(JobFilter(terms=parse_filter(f"error:{many} args:{many}"))) == 0


def test_the_readme_has_every_field_and_its_examples_are_filters() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    table = text.partition("### Find")[2].partition("\n\n#")[0]
    examples = [one for line in table.splitlines() for one in line.split("|")[1:2]]
    shown = [typed for cell in examples for typed in cell.split("`")[1::2]]
    assert {term.field for typed in shown for term in parse_filter(typed)} == set(FIELDS)
    assert parse_filter('-error:"no such file","timed out"')
