"""Where a running job is, for people and for programs."""

from typing import Any

from jobdash.threads import Frame, Stack, Thread


def stack_lines(stack: Stack) -> list[str]:
    """Return the threads one below the other, each as in a traceback."""
    lines: list[str] = []
    for thread in stack.threads:
        lines += [*([""] if lines else ()), f"{thread_title(thread)} (most recent call last):"]
        lines += ["  …", *frames_lines(thread)] if thread.is_cut else frames_lines(thread)
    return lines


def thread_title(thread: Thread) -> str:
    """Return how a thread is called."""
    if thread.is_job:
        return "The job"
    return f"Thread {thread.id:#x}" + (f" {thread.name}" if thread.name else "")


def frames_lines(thread: Thread) -> list[str]:
    """Return two lines for each call, the second one its source, if that is known."""
    if not thread.frames:
        return ["  runs no Python code"]
    return [line for frame in thread.frames for line in _frame_lines(frame)]


def _frame_lines(frame: Frame) -> list[str]:
    place = f'  File "{frame.file}", line {frame.line or "?"}, in {frame.function}'
    return [place, f"    {frame.source}"] if frame.source else [place]


def stack_json(stack: Stack) -> dict[str, Any]:
    """Return the document of a stack: all threads, the job's own first, the newest call last."""
    return {
        "seq": stack.seq,
        "worker": stack.worker,
        "pid": stack.pid,
        "threads": [_thread_json(thread) for thread in stack.threads],
    }


def _thread_json(thread: Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "name": thread.name or None,
        "is_job": thread.is_job,
        "truncated": thread.is_cut,
        "frames": [
            {
                "file": frame.file,
                "line": frame.line or None,
                "function": frame.function,
                "source": frame.source or None,
            }
            for frame in thread.frames
        ],
    }
