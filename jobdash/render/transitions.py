"""A transition in words and as a document."""

from typing import Any

from jobdash.text import clean, iso
from jobdash.transition import By, Transition


def change_text(one: Transition) -> str:
    """Return `pending → running`, or what happened if no state is known to have changed."""
    if not one.after:
        return clean(one.kind)
    states = f"{one.before} → {one.after}" if one.before else f"→ {one.after}"
    return clean(states)


def maker_text(one: Transition) -> str:
    """Return who made it: `worker w1`, `person`, `app (#12)`."""
    if not one.who:
        return str(one.by)
    is_named = one.by is By.WORKER and not one.who.startswith("worker ")
    return clean(one.who if one.by is By.WORKER and not is_named else f"{one.by} {one.who}")


def reason_text(one: Transition) -> str:
    """Return what happened, if the states do not say it, and why."""
    kind = "" if one.kind in (one.after, "started") or not one.after else one.kind
    return clean(": ".join(filter(None, (kind, one.why))))


def transition_json(one: Transition) -> dict[str, Any]:
    """Return a transition's document; `cursor` is what to go on after."""
    return {
        "cursor": str(one.step),
        "at": iso(one.at),
        "job": one.seq,
        "queue": one.queue or None,
        "task": one.task or None,
        "event": one.kind,
        "from": one.before or None,
        "to": one.after or None,
        "by": str(one.by),
        "who": one.who or None,
        "why": one.why or None,
    }
