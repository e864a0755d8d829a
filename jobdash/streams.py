r"""How one log holds both streams of a command and yet keeps them apart.

Standard output is written as it comes, by the command itself. What goes to standard error is marked
line by line, with sequences that a terminal leaves out (APC, `ESC _ ... ESC \`), so that both stand
in the order in which they came, and either can be had alone, byte for byte.
"""

import re

STREAMS = (STDOUT, STDERR) = ("stdout", "stderr")
_BEGIN, _END = b"\x1b_jd2\x1b\\", b"\x1b_jd1\x1b\\"
# What matches either mark.
MARK = rb"\x1b_jd[12]\x1b\\"
_MARKED = re.compile(
    rb"\x1b_jd2\x1b\\([^\n\x1b]*+(?:\x1b(?!_jd[12]\x1b\\)[^\n\x1b]*+)*+)(\n|\x1b_jd1\x1b\\|\Z)"
)


def marked(errors: bytes) -> bytes:
    """Return a piece of standard error as it stands in the log."""
    whole, newline, rest = errors.rpartition(b"\n")
    lines = b"".join(_BEGIN + line + b"\n" for line in whole.split(b"\n")) if newline else b""
    return lines + _BEGIN + rest + _END if rest else lines


def is_marked(line: bytes) -> bool:
    """Return whether there is something of standard error in a line."""
    return _BEGIN in line


def output_of(log: bytes) -> bytes:
    """Return what went to standard output."""
    return _MARKED.sub(b"", log) if _BEGIN in log else log


def errors_of(log: bytes) -> bytes:
    """Return what went to standard error."""
    if _BEGIN not in log:
        return b""
    return b"".join(line + end * (end == b"\n") for line, end in _MARKED.findall(log))


def part_of(line: bytes, stream: str | None) -> bytes | None:
    """Return what a line of the log holds of a stream, or of both; None if it is not of it.

    What is of standard error keeps its mark.
    """
    if stream is None:
        return line
    if not is_marked(line):
        return line if stream == STDOUT else None
    if stream == STDERR:
        return marked(errors_of(line))
    return output_of(line) or None


def unmarked(log: bytes) -> bytes:
    """Return both, in order."""
    return log.replace(_BEGIN, b"").replace(_END, b"") if _BEGIN in log else log
