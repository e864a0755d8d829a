"""Looks at the evidence; tells what was done, what there was, and what should not be."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from jobdash.job import MICROSECONDS
from soak.evidence import Evidence, collect
from soak.storm import Aftermath
from soak.verdicts import CHECKS

_SHOWN = 8


@dataclass(frozen=True)
class Judgement:
    """Findings by check, and the summary in lines."""

    findings: dict[str, list[str]]
    summary: list[str]

    @property
    def is_good(self) -> bool:
        return not any(self.findings.values())

    def in_words(self) -> str:
        """Return the summary and some findings of each check that has any."""
        bad = {name: found for name, found in self.findings.items() if found}
        told = [f"{name}: {line}" for name, found in bad.items() for line in found[:_SHOWN]]
        return "\n".join([*self.summary, *told])


def judge(aftermath: Aftermath) -> Judgement:
    """Check everything that is left of a storm."""
    evidence = collect(aftermath)
    findings = {check.__name__: [*check(evidence)] for check in CHECKS}
    verdict = " · ".join(f"{len(found)} {name}" for name, found in findings.items())
    return Judgement(findings, [*_summary(evidence), f"found: {verdict}"])


def _summary(evidence: Evidence) -> list[str]:
    storm = evidence.aftermath
    deeds = Counter(str(deed.trouble) for deed in storm.deeds)
    kills = sum(deed.trouble.is_kill for deed in storm.deeds)
    drained = "never" if storm.drained_in is None else f"{storm.drained_in:.1f} s"
    return [
        f"seed {storm.seed}: {storm.seconds:g} s of storm, at rest after {drained},"
        f" {storm.pools_started} pools",
        f"{kills} SIGKILLs; " + _listed(deeds),
        f"{_accepted(evidence)} jobs accepted, {len(evidence.rows)} in the ledger: "
        + _listed(Counter(str(row.state) for row in evidence.rows.values())),
        f"{_starts(evidence)} bodies began; runs: " + _listed(_outcomes(evidence)),
        _releases(evidence),
    ]


def _releases(evidence: Evidence) -> str:
    """Tell how long the job of a worker that was killed alone stayed with it."""
    seconds = sorted(_held_after_kill(evidence))
    if not seconds:
        return "no worker that was killed alone held a job"
    middle, most = seconds[len(seconds) // 2], seconds[-1]
    return (
        f"{len(seconds)} workers that were killed alone held a job: it was free after"
        f" {middle:.3f} s (median), {most:.2f} s (most)"
    )


def _held_after_kill(evidence: Evidence) -> Iterator[float]:
    kills = [
        d for d in evidence.aftermath.deeds if d.trouble.is_kill and d.trouble.whom == "worker"
    ]
    for attempt in (a for known in evidence.attempts.values() for a in known):
        worker = evidence.workers.get(attempt.worker or 0)
        if attempt.outcome == "lost" and worker is not None:
            killed_at = [d.at for d in kills if d.target == worker.pid and d.at < attempt.ended_at]
            if killed_at:
                yield (attempt.ended_at - max(killed_at)) / MICROSECONDS


def _accepted(evidence: Evidence) -> int:
    return sum(len(unit.ids) for unit in evidence.units if unit.answer == "ack")


def _starts(evidence: Evidence) -> int:
    return sum(line.word == "start" for lines in evidence.lines.values() for line in lines)


def _outcomes(evidence: Evidence) -> Counter[str]:
    outcomes = Counter(a.outcome for known in evidence.attempts.values() for a in known)
    for id_, known in evidence.attempts.items():
        for number, attempt in enumerate(known, 1):
            if attempt.outcome == "lost":
                outcomes[_crash(evidence, id_, number)] += 1
    return outcomes


def _crash(evidence: Evidence, id_: str, number: int) -> str:
    words = {line.word for line in evidence.run(id_, number)}
    return (
        "lost after its end"
        if "end" in words
        else ("lost in the body" if words else "lost before its first line")
    )


def _listed(numbers: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.most_common())
