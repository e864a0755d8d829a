"""Numbers, and sizes in bytes, written for people."""

from __future__ import annotations


def format_count(number: int) -> str:
    """Write every digit: `1,042,318`."""
    return f"{number:,}"


def how_often(number: int) -> str:
    """Write how many times: `never`, `once`, `1,042 times`."""
    return {0: "never", 1: "once"}.get(number) or f"{number:,} times"


def compact_count(number: int) -> str:
    """Write three digits, rounded down: `999`, `12.0k`, `1.04M`."""
    if number < 0:
        return f"-{compact_count(-number)}"
    if number < 1_000:
        return str(number)
    power = min((len(str(number)) - 1) // 3, 4)
    whole, rest = divmod(number, 1_000**power)
    fraction = f"{rest * 100 // 1_000**power:02}"
    digits = f"{whole}.{fraction}"[:4].rstrip(".") if whole < 1_000 else format_count(whole)
    return digits + " kMGT"[power]


def format_size(number: int) -> str:
    """Write bytes with a unit: `999 B`, `12.0 kB`, `94.3 MB`."""
    if number < 1_000:
        return f"{number} B"
    for power, unit in enumerate(("kB", "MB", "GB"), 1):
        if number < 1_000 ** (power + 1) or unit == "GB":
            break
    return f"{number / 1_000**power:,.1f} {unit}"


def format_memory(size: int) -> str:
    """Write bytes as whole MB, or GB with one decimal: '41 MB', '1.2 GB'."""
    mega = size / (1024 * 1024)
    return f"{mega / 1024:.1f} GB" if mega >= 1000 else f"{mega:.0f} MB"
