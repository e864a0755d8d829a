"""What makes failures alike: the type, the message without its particulars, the place in the code.

Pure. The same failure has the same signature in every process, on every machine and in every run.
"""

import re
from hashlib import blake2b

# More of a message is particulars; and a hostile one may be long.
LONGEST = 1_000
_BYTES = 5

# In this order: what is quoted may hold a path, a path numbers, a number digits. Each takes linear
# time on any text.
_PARTICULARS = (
    ("<text>", re.compile(r"""(?<!\w)(?:'[^'\n]*'|"[^"\n]*")(?!\w)""")),
    ("<url>", re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s'\"<>)\]]+", re.IGNORECASE)),
    ("<mail>", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")),
    ("<path>", re.compile(r"(?<![\w/\\.])(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@+~-]+){2,}[/\\]?")),
    ("<id>", re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)),
    ("<hex>", re.compile(r"\b(?:0x[0-9a-f]+|(?=[a-f]*[0-9])[0-9a-f]{8,})\b", re.IGNORECASE)),
    ("<address>", re.compile(r"(?<![\w:])(?=[0-9a-f:]*::|(?:[0-9a-f]+:){3})[0-9a-f:]{3,45}(?!\w)")),
    ("<number>", re.compile(r"(?:(?<!\w)[-+])?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?", re.IGNORECASE)),
)  # fmt: skip
# Lists of different lengths are alike.
_LIKE_BEFORE = re.compile(r"(<[a-z]+>)(?:, ?\1)+")
_LINE = re.compile(r":\d+ in ")


def normalised(message: str) -> str:
    """Return a message with placeholders for what differs from one failure to the next.

    Quoted texts, addresses, paths, ids and numbers are such particulars.
    """
    text = " ".join(message[:LONGEST].split())
    for placeholder, pattern in _PARTICULARS:
        text = pattern.sub(placeholder, text)
    return _LIKE_BEFORE.sub(r"\1…", text)


def signature(error_type: str | None, message: str | None, where: str | None) -> str:
    """Return the ten hex digits that all failures of one kind have in common.

    `where` is the place in the code as `file.py:12 in function`, or else the task. The line does
    not count: a change further up in the file makes no new failure.
    """
    parts = (error_type or "", normalised(message or ""), _LINE.sub(" in ", where or ""))
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=_BYTES).hexdigest()
