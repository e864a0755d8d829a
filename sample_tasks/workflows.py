"""Whole workflows to enqueue: a pipeline, two chords, a group.

The builders return something that is not enqueued yet; the `enqueue_*` functions enqueue it and
return huey's handle on the results.
"""

from collections.abc import Callable, Sequence
from typing import Any

from jobdash import chord, group
from sample_tasks import images, mail, squares, toys, words
from sample_tasks.app import huey

Job = Any
"""A huey task, group or chord, which huey does not type."""

Enqueue = Callable[[Job], Any]


def word_count(size: int = 50_000, seed: int = 1) -> Job:
    """A pipeline: fetch a text, count its words, store the counts."""
    return words.fetch_text.s(size, seed).then(words.count_words).then(words.store_counts)


def sum_of_squares(count: int = 5) -> Job:
    """A chord: the squares of 1 to `count` side by side, then their total."""
    members = [squares.square.s(number) for number in range(1, count + 1)]
    return chord(members, squares.total.s())


def resize_all(count: int = 6, seed: int = 1) -> Job:
    """A chord of pipelines: pictures are made and shrunk side by side, then laid out on a sheet."""
    members = [
        images.make_picture.s(number).then(images.thumbnail) for number in range(seed, seed + count)
    ]
    return chord(members, images.contact_sheet.s())


def burst(naps: Sequence[float] = (1.0,) * 8, priority: int | None = None) -> Job:
    """A group: short sleeps enqueued at once, so that a queue builds up and drains."""
    return group([toys.sleep.s(seconds, priority=priority) for seconds in naps])


def enqueue_pipeline(enqueue: Enqueue = huey.enqueue) -> Any:
    """Enqueues a word count: three steps, one after the other."""
    return enqueue(word_count())


def enqueue_chord(enqueue: Enqueue = huey.enqueue) -> Any:
    """Enqueues a sum of squares: five jobs side by side and one that waits for them."""
    return enqueue(sum_of_squares())


def enqueue_resize_all(enqueue: Enqueue = huey.enqueue) -> Any:
    """Enqueues six pictures, their thumbnails and the contact sheet that waits for them."""
    return enqueue(resize_all())


def enqueue_newsletter(readers: int = 30) -> Any:
    """Enqueues a batch of mails, a few a second so that other jobs have their turn."""
    people = ((f"reader.{number}@example.com", f"Reader {number}") for number in range(readers))
    return mail.send_welcome.map_batch(people, name="newsletter", rate="3/s")


def enqueue_burst(enqueue: Enqueue = huey.enqueue) -> Any:
    """Enqueues eight short sleeps at once."""
    return enqueue(burst())
