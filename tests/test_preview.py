"""Previews: valid, bounded, redacted JSON of whatever a task is given or returns."""

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import types
import uuid
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobdash.preview import LIMIT, preview, preview_call
from jobdash.redact import looks_secret, redact_text
from jobdash.render.calls import summary
from jobdash.text import unsafe_characters

MARK = "hunter2hunter2"
PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----"
SHAPES = [
    f"eyJhbGciOiJIUzI1NiJ9.eyJ{MARK}.{MARK}",
    f"AKIA{MARK.upper()}",
    PRIVATE_KEY.format(MARK),
    f"-----BEGIN PRIVATE KEY-----\n{MARK}",
    f"postgres://bob:{MARK}@db.example:5432/app",
    f"redis://:{MARK}@localhost",
    f"amqp://bob:p@{MARK}@host/vhost",
    f"postgresql://bob:pa/{MARK}@host/app",
    f"Bearer {MARK}",
    f"AUTHORIZATION: BEARER {MARK}",
    f"{{'Authorization': 'Basic {MARK}'}}",
    f"https://hooks.example/in?v=1&access_token={MARK}#top",
]
SECRET_NAMES = [
    *("password", "PASSWORD", "db_password", "userPassword", "PGPASSWORD", "passwd", "pwd"),
    *("secret", "client-secret", "token", "accessToken", "tokens", "refresh_token_2", "jwt"),
    *("api_key", "apikey", "X-Api-Key", "APIKey", "private_key", "privateKey"),
    *("authorization", "Proxy-Authorization", "auth", "cookie", "Set-Cookie", "smtp_pass"),
    *("dsn", "SENTRY_DSN", "credential", "credentials", "session", "session_id", "sessionid"),
    *("AWS_ACCESS_KEY_ID", "connection_string"),
]
HARMLESS_NAMES = [
    *("token_count", "max_tokens", "prompt_tokens", "token_type", "tokenizer", "author"),
    *("authors", "authority", "secretary", "password_length", "session_count", "sessions"),
    *("passenger", "compass", "key", "keyboard", "public_key", "sacred", "cookie_policy", "id"),
]
modest = settings(max_examples=50, deadline=None)

any_text = st.text(st.characters(), max_size=30)
names = st.sampled_from(["id", "name", "rows", "token_count", "author", "…", ""]) | any_text
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**50, 10**60).map(lambda n: n**100),
    st.floats(),
    any_text,
    st.binary(max_size=20),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
    st.uuids(),
    st.complex_numbers(),
    st.sampled_from([object(), len, int, ..., ValueError("bad\x1b[0m"), pathlib.Path("/a/b")]),
)
keys = names | st.integers() | st.none() | st.binary(max_size=5) | st.tuples(st.integers(), names)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.lists(inner, max_size=5).map(collections.deque),
        st.dictionaries(keys, inner, max_size=5),
        st.frozensets(st.integers() | any_text, max_size=5),
        inner.map(lambda value: types.SimpleNamespace(value=value)),
    ),
    max_leaves=20,
)


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 3


class Point(NamedTuple):
    x: int
    token: str = MARK


@dataclasses.dataclass
class Account:
    user: str
    password: str = MARK
    note: str = dataclasses.field(default=MARK, repr=False)
    parent: object = None


class Shy:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


class Liar:
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("no")


class Hostile(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("no")


class Wordy:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


# -- valid, bounded, harmless --------------------------------------------------------------------


@modest
@given(values, st.integers(3, 400) | st.just(LIMIT))
def test_a_preview_is_valid_json_within_its_limit(value: object, limit: int) -> None:
    text = preview(value, limit)
    json.loads(text, parse_constant=pytest.fail)
    assert len(text) <= limit


@modest
@given(values)
def test_a_preview_can_be_stored_and_holds_only_visible_characters(value: object) -> None:
    text = preview(value)
    assert not unsafe_characters(text)
    # Also what a reader gets from it can be written again.
    json.dumps(json.loads(text), ensure_ascii=False).encode()


@modest
@given(st.lists(values, max_size=3), st.dictionaries(any_text, values, max_size=3))
def test_a_call_is_an_array_and_an_object(args: list[object], kwargs: dict[str, object]) -> None:
    args_json, kwargs_json = preview_call(tuple(args), kwargs)
    assert isinstance(json.loads(args_json), list)
    assert isinstance(json.loads(kwargs_json), dict)


def test_a_call_too_large_for_any_outline_is_still_an_array_and_an_object() -> None:
    texts = ['"\\' * 5000] * 4
    wide = [[[texts] * 4] * 4] * 4
    args_json, kwargs_json = preview_call(
        (wide, wide, wide), {"…" * 90: wide, "b": wide, "c": wide}
    )
    assert max(len(args_json), len(kwargs_json)) <= LIMIT
    assert isinstance(json.loads(args_json), list)
    assert isinstance(json.loads(kwargs_json), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text("abc é\n\x1b\u202e日😀"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc\n", max_size=3), inner, max_size=4)
    ),
    max_leaves=10,
)


@modest
@given(json_values)
def test_small_json_values_are_shown_as_they_are(value: object) -> None:
    assert json.loads(preview(value)) == value


@modest
@given(st.integers(3, 60), st.text('ab"\\\x1b', max_size=100))
def test_what_does_not_fit_is_cut_at_a_visible_mark(limit: int, text: str) -> None:
    shown = json.loads(preview([text], limit))
    assert shown == [text] or "…" in str(shown)


# -- what JSON has no word for -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (decimal.Decimal("1.5"), "<Decimal 1.5>"),
        (uuid.UUID(int=5), "<UUID 00000000-0000-0000-0000-000000000005>"),
        (datetime.timedelta(days=5), "<timedelta days=5>"),
        (datetime.datetime(2026, 10, 1, 12), "2026-10-01T12:00:00"),
        (datetime.date(2026, 10, 1), "2026-10-01"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (Colour.RED, "Colour.RED"),
        (Level.HIGH, "Level.HIGH"),
        (b"\x01\x02", "<bytes 2: 0102>"),
        (b"\xff" * 12, "<bytes 12: ffffffffffffffff…>"),
        pytest.param(10**5000, "<int of about 5001 digits>", id="huge int"),
        (-(2**63) - 1, -(2**63) - 1),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        ({3, 1, 2}, [1, 2, 3]),
        (Point(1, "x")[:1], [1]),
        (collections.deque([1]), [1]),
        (collections.OrderedDict(a=1), {"a": 1}),
        ({1: 2, None: 3, (1, 2): 4, b"k": 5}, {"1": 2, "null": 3, "[1, 2]": 4, "k": 5}),
        (len, "<built-in function len>"),
        (ValueError("bad\x1b"), "<ValueError bad\\x1b>"),
        ("\ud800", "\\ud800"),
    ],
)
def test_other_values_become_readable_text(value: object, shown: object) -> None:
    assert json.loads(preview(value)) == shown
    assert json.loads(preview({"a": [value]})) == {"a": [shown]}


def test_an_object_is_shown_without_its_address() -> None:
    assert json.loads(preview(object())) == "<object object>"


def test_a_value_that_raises_when_looked_at_gets_a_placeholder() -> None:
    for value in (Shy(), Liar(), Hostile(a=1), [Shy()], {Shy(): 1}, {1: Liar()}):
        text = preview(value)
        assert "no preview: RuntimeError" in text
        json.loads(text)


def test_cycles_end_at_a_mark() -> None:
    items: list[object] = [1]
    items.append(items)
    mapping: dict[str, object] = {}
    mapping["self"] = mapping
    account = Account("bob")
    account.parent = account
    assert preview(items) == '[1, "[…]"]'
    assert preview(mapping) == '{"self": "[…]"}'
    assert json.loads(preview(account))["parent"] == "[…]"


def test_a_shared_value_is_no_cycle() -> None:
    shared = [1]
    assert preview([shared, shared]) == "[[1], [1]]"


def test_depth_ends_at_a_mark() -> None:
    deep: list[object] = []
    for _ in range(50_000):
        deep = [deep]
    assert preview(deep) == "[" * 8 + '"<list …>"' + "]" * 8


@pytest.mark.parametrize("make", [list, tuple, collections.deque])
def test_many_items_end_with_how_many_more(make: Any) -> None:
    shown = json.loads(preview(make(range(1090))))
    assert shown == [*range(100), "… 990 more"]


def test_many_keys_end_with_how_many_more() -> None:
    assert json.loads(preview(dict.fromkeys(map(str, range(150)))))["…"] == "50 more"


def test_a_value_that_doubles_at_each_level_costs_little() -> None:
    doubling: list[object] = ["x"]
    for _ in range(60):
        doubling = [doubling] * 50
    assert len(preview(doubling)) <= LIMIT


def test_a_large_structure_keeps_its_outline() -> None:
    rows = [{"id": number, "text": "x" * 500} for number in range(1000)]
    shown = json.loads(preview(rows))
    assert shown[0]["id"] == 0
    assert shown[-1].endswith(" more")


def test_a_long_text_is_cut() -> None:
    assert json.loads(preview(["x" * 10_000_000])) == ["x" * 1024 + "…"]


def test_a_large_collection_of_a_foreign_type_is_not_written_out() -> None:
    assert preview(range(2000)) == '"<range of 2000 items>"'


def test_the_same_set_has_the_same_preview() -> None:
    assert preview(set(map(str, range(50)))) == preview(set(map(str, reversed(range(50)))))


# -- secrets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    SECRET_NAMES,
)
def test_a_name_that_means_a_secret_hides_its_value(name: str) -> None:
    assert looks_secret(name)
    assert json.loads(preview({name: MARK})) == {name: "[redacted]"}
    assert MARK not in preview([{"deep": ({name: {"x": [MARK]}},)}])
    assert preview_call((1, MARK), {}, ("n", name)) == ('[1, "[redacted]"]', "{}")
    assert json.loads(preview_call((), {name: MARK})[1]) == {name: "[redacted]"}


@pytest.mark.parametrize(
    "name",
    HARMLESS_NAMES,
)
def test_a_name_that_only_resembles_one_hides_nothing(name: str) -> None:
    assert not looks_secret(name)
    assert json.loads(preview({name: 5})) == {name: 5}


secret_names = st.sampled_from(["password", "apiKey", "X-Auth-Token", "DB_SECRET", "cookie"])
with_secrets = st.recursive(
    st.dictionaries(secret_names, st.just(MARK) | st.just([MARK, {"x": MARK}]), min_size=1)
    | st.sampled_from(SHAPES)
    | st.tuples(any_text, st.sampled_from(SHAPES), any_text).map(" ".join)
    | st.just(Account("bob"))
    | st.just(Point(1))
    | st.just(types.SimpleNamespace(user="bob", password=MARK))
    | st.just(Wordy(f"Settings(url='x', api_key=Key('a', '{MARK}'))")),
    lambda inner: (
        st.lists(inner | scalars, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=10,
)


@modest
@given(with_secrets, st.integers(3, 400) | st.just(LIMIT))
def test_no_secret_is_in_a_preview(value: object, limit: int) -> None:
    assert MARK not in preview(value, limit)
    assert MARK.upper() not in preview(value, limit)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("cap", "limit"), [(1024, LIMIT), (160, 500), (40, 140)])
def test_a_secret_across_a_cut_leaves_no_part(shape: str, cap: int, limit: int) -> None:
    for before in range(max(cap - len(shape) - 2, 0), cap + 2, 3):
        text = "." * before + " " + shape + " " + "." * 5200
        shown = preview([text, text], limit)
        assert json.loads(shown)[0].startswith("." * min(before, cap))
        assert MARK[:4] not in shown.lower()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_inside_an_error_text_is_hidden_and_the_rest_kept(shape: str) -> None:
    shown = redact_text(f"OperationalError: before {shape} after")
    assert MARK not in shown.lower()
    assert shown.startswith("OperationalError: before ")
    assert "[redacted]" in shown
    assert redact_text(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://bob:pw@db:5432/app", "postgres://bob:[redacted]@db:5432/app"),
        ("redis://:a@h1,redis://:b@h2", "redis://:[redacted]@h1,redis://:[redacted]@h2"),
        ("http://u:123@host/@me", "http://u:[redacted]@host/@me"),
        ("mysql://u:a/b@host/x?mail=a@b", "mysql://u:[redacted]@host/x?mail=a@b"),
        ("https://x/y?a=1&token=zzz#f", "https://x/y?a=1&token=[redacted]#f"),
        ("Bearer abc.def==", "Bearer [redacted]"),
        (PRIVATE_KEY.format("abc") + " after", "[redacted] after"),
    ],
)
def test_only_the_secret_part_is_hidden(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8000/@user?page=2",
        "http://[::1]:80/@user",
        '{"a":"http://h:80","b":"x@y"}',
        "see https://example.org, mail bob@example.org at 10:30",
        "WWW-Authenticate: Bearer realm=x; Bearer token expired",
        "connect(password=password)",
    ],
)
def test_text_without_a_secret_is_kept(text: str) -> None:
    assert redact_text(text) is text or redact_text(text) == text


def test_a_field_kept_out_of_a_repr_is_kept_out_of_the_preview() -> None:
    shown = json.loads(preview(Account("bob")))
    assert shown == {"user": "bob", "password": "[redacted]", "parent": None}


def test_names_may_be_fewer_or_more_than_the_arguments() -> None:
    assert preview_call((1, 2), {}, ("token",))[0] == '["[redacted]", 2]'
    assert preview_call((1,), {}, ("n", "token"))[0] == "[1]"


# -- summary -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "kwargs", "line"),
    [
        ((), {}, ""),
        ((88120,), {"month": "2026-10"}, "88120, month='2026-10'"),
        ((None, True, [1, {"a": 2}]), {}, "None, True, [1, {'a': 2}]"),
        (("a@example.org",), {"password": "x"}, "'a@example.org', password=[redacted]"),
    ],
)
def test_a_summary_reads_like_the_call(args: Any, kwargs: Any, line: str) -> None:
    assert summary(*preview_call(args, kwargs)) == line


@pytest.mark.parametrize("broken", ["", "[1", '"text"', "5", "null"])
def test_a_summary_of_what_is_no_call_is_the_text_itself(broken: str) -> None:
    assert summary(broken, "{}") == f"{broken} {{}}"
