"""The marks that some programs put before a text, and what they say of it."""

UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF16_TOLD = "this is UTF-16: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"


def is_utf16(line: bytes) -> bool:
    """Return whether the first line of a file says so."""
    return line.startswith(_UTF16_MARKS)
