"""The steps of a pipeline: fetch a text, count its words, store the counts."""

import json
from collections import Counter
from random import Random

from sample_tasks.app import huey
from sample_tasks.folder import replacing, work_folder

VOCABULARY = ("queue", "worker", "ledger", "retry", "claim", "commit", "batch", "chord")


@huey.task()
def fetch_text(words: int = 50_000, seed: int = 1) -> str:
    """Writes a text of that many words to a file, as a download would; returns its file name."""
    rng = Random(seed)
    text = " ".join(rng.choices(VOCABULARY, range(1, len(VOCABULARY) + 1), k=words))
    path = work_folder() / f"text-{words}-{seed}.txt"
    with replacing(path) as unfinished:
        unfinished.write_text(text)
    return path.name


@huey.task()
def count_words(path: str, top: int = 5) -> list[tuple[str, int]]:
    """Counts the words of a text file; returns the most frequent ones, most frequent first."""
    counts: Counter[str] = Counter()
    with (work_folder() / path).open() as lines:
        for line in lines:
            counts.update(line.split())
    return counts.most_common(top)


@huey.task()
def store_counts(counts: list[tuple[str, int]]) -> str:
    """Stores word counts as JSON; returns its file name."""
    path = work_folder() / "word-counts.json"
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(dict(counts), indent=2))
    return path.name
