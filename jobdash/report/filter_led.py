"""Terms that an index leads to: few jobs, found without a look at the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from jobdash.report import plan
from jobdash.report.filter_parts import Known, Names, begins, equal_or_begins, has_prefix
from jobdash.report.filter_terms import Pattern
from jobdash.report.plan import Condition

MOST_LED = 1_000


def _id(patterns: Sequence[Pattern], names: Names, known: Known) -> Condition:
    checks, seqs = [], list[int]()
    is_led = True
    for pattern in patterns:
        number = seq_in(pattern)
        if number is not None:
            checks.append(f"+seq = {names.give(number)}")
            seqs.append(number)
        if not pattern.text.startswith("#"):
            checks.append(begins("+id", pattern.text, names))
            found = known.seqs_of_ids(pattern.text)
            is_led = is_led and found is not None
            seqs += found or ()
    check = f"({' OR '.join(checks)})"
    walks = (f"seq IN ({', '.join(map(str, sorted(set(seqs))))})",)
    return Condition(check, walks if is_led and len(seqs) <= MOST_LED else ())


def seq_in(pattern: Pattern) -> int | None:
    """Return the number in `#12` or `12`."""
    digits = pattern.text.removeprefix("#")
    if pattern.is_prefix or not (digits.isascii() and digits.isdecimal()) or len(digits) > 19:
        return None
    return int(digits) if int(digits) < 2**63 else None


def _key(patterns: Sequence[Pattern], names: Names, known: Known) -> Condition:
    keys = [names.give(pattern.text) for pattern in patterns]
    if has_prefix(patterns):
        return Condition(equal_or_begins("key", patterns, names))
    walks = [
        f"queue = {queue} AND key = {key}"
        for queue in map(names.give, known.queue_names())
        for key in keys
    ]
    return Condition(f"+key IN ({', '.join(keys)})", _each_once(walks))


def _batch(patterns: Sequence[Pattern], names: Names, _: Known) -> Condition:
    if has_prefix(patterns):
        return Condition(equal_or_begins("batch", patterns, names))
    batches = [names.give(pattern.text) for pattern in patterns]
    walks = [f"batch = {batch}" for batch in batches]
    return Condition(f"+batch IN ({', '.join(batches)})", _each_once(walks))


def _group(patterns: Sequence[Pattern], names: Names, known: Known) -> Condition:
    checks, walks = [], list[str]()
    is_led = True
    for pattern in patterns:
        if pattern.text == plan.UNSIGNED:
            checks.append("+signature IS NULL")
            walks.append(plan.UNSIGNED_WALK)
            continue
        checks.append(begins("+signature", pattern.text, names))
        found = known.signatures(pattern.text)
        is_led = is_led and found is not None
        walks += [f"signature = {names.give(one)} AND state = 'failed'" for one in found or ()]
    check = f"(+state = 'failed' AND ({' OR '.join(checks)}))"
    return Condition(check, _each_once(walks) if is_led else ())


def _parent(patterns: Sequence[Pattern], names: Names, _: Known) -> Condition:
    parents = [names.give(number) for number in map(seq_in, patterns) if number is not None]
    walks = [f"parent = {parent}" for parent in parents]
    return Condition(f"+parent IN ({', '.join(parents)})", _each_once(walks))


def _with(patterns: Sequence[Pattern], names: Names, known: Known) -> Condition:
    numbers = [number for number in map(seq_in, patterns) if number is not None]
    heads = [names.give(head) for head in map(known.group_of, numbers)]
    walks = [f"group_head > 0 AND group_head = {head}" for head in heads]
    check = f"(+group_head > 0 AND +group_head IN ({', '.join(heads)}))"
    return Condition(check, _each_once(walks))


def stalled(names: Names, known: Known, now: int) -> Condition:
    """Return what is true of the running jobs that are silent for longer than is usual."""
    found = names.give_all(known.stalled(now))
    return Condition(f"(+state = 'running' AND +seq IN ({found}))", (f"seq IN ({found})",))


def _each_once(walks: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(walks)) or ("0",)


LED: Mapping[str, Callable[[Sequence[Pattern], Names, Known], Condition]] = {
    "id": _id,
    "key": _key,
    "batch": _batch,
    "group": _group,
    "parent": _parent,
    "with": _with,
}
