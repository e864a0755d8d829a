"""What the OpenAPI document shows of answers."""

from typing import Any

JOB: dict[str, Any] = {
    "id": "01a20936-a301-76ec-a9d4-1892ac0f1c01",
    "seq": 12,
    "queue": "shop",
    "task": "shop.send_invoice",
    "state": "succeeded",
    "args": [4711],
    "kwargs": {},
    "priority": 0,
    "attempt": 1,
    "failures": 0,
    "retries": 5,
    "rescues": 0,
    "created_at": "2027-01-31T14:30:00.000000Z",
    "eta": None,
    "started_at": "2027-01-31T14:30:00.002000Z",
    "finished_at": "2027-01-31T14:30:01.000000Z",
    "duration": 0.998,
    "worker": 2,
    "result": "sent",
    "error": None,
    "progress": None,
    "parent": None,
    "replay_of": None,
    "batch": None,
    "key": None,
    "cancel_requested": False,
    "truncated": False,
    "is_terminal": True,
}
WORKER: dict[str, Any] = {
    "id": 2,
    "queue": "shop",
    "kind": "worker",
    "name": "w1",
    "pid": 4711,
    "pool": 1,
    "alive": True,
    "state": "busy",
    "size": None,
    "started_at": "2027-01-31T14:00:00.000000Z",
    "ended_at": None,
    "ended_how": None,
    "done": 11,
    "failed": 1,
    "cpu_percent": 3.5,
    "memory_bytes": 31_000_000,
    "job": 12,
}
TASK: dict[str, Any] = {
    "name": "shop.send_invoice",
    "queue": "shop",
    "parameters": [
        {
            "name": "order",
            "kind": "positional_or_keyword",
            "default": None,
            "required": True,
            "annotation": "int",
        }
    ],
    "doc": "Send an invoice.",
    "retries": 5,
    "retry_delay": 2,
    "priority": 0,
    "timeout": None,
    "periodic": False,
    "paused": False,
    "registered_at": "2027-01-31T14:00:00.000000Z",
}
BATCH: dict[str, Any] = {
    "id": 1,
    "name": "night",
    "queue": "shop",
    "task": "shop.send_invoice",
    "tags": [],
    "state": "running",
    "total": 200,
    "succeeded": 120,
    "failed": 2,
    "stopped": 0,
    "running": 4,
    "left": 74,
    "inputs": 200,
    "rate": 8.125,
    "ends_in": {"from": 9.0, "to": 12.0},
    "created_at": "2027-01-31T14:30:00.000000Z",
    "finished_at": None,
    "duration": None,
    "paused_at": None,
    "cancelled_at": None,
    "reason": None,
    "priority": None,
    "concurrency": 4,
    "rate_limit": None,
    "after_job": None,
    "then_job": None,
    "notify_job": None,
    "source": {"path": "orders.csv", "format": "csv"},
}
PAGE = {"jobs": [JOB], "next": "/jobs?limit=1&before=12"}
ACCEPTED = {"id": JOB["id"], "seq": 12, "is_new": True, "poll_url": f"/jobs/{JOB['id']}"}


def described(text: str, example: Any, media_type: str = "application/json") -> dict[str, Any]:
    """Return the description of an answer."""
    kinds = {"array": list, "object": dict}
    kind = next((name for name, one in kinds.items() if isinstance(example, one)), "string")
    schema: dict[str, Any] = {"type": kind}
    if kind == "array":
        schema["items"] = _object(example[0])
    if kind == "object":
        schema = _object(example)
    return {"description": text, "content": {media_type: {"schema": schema, "example": example}}}


def _object(example: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of documents with these fields.

    FastAPI leaves null out of examples, and what is not in them cannot be required.
    """
    required = [name for name, value in example.items() if value is not None]
    return {"type": "object", "required": required, "properties": {name: {} for name in example}}
