"""`jobdash run`: what becomes of the words that were typed. Costs a second."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import refused, run

from jobdash.streams import errors_of, marked, output_of, part_of, unmarked


@pytest.fixture(autouse=True)
def _a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JOBDASH_DB", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def dry(*words: str) -> list[str]:
    """The commands that would be run, as a shell would take them."""
    result = run("run", "--dry-run", *words)
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def test_every_replacement() -> None:
    words = ("echo", "{}", "{.}", "{/}", "{//}", "{/.}", "{#}", "x{}y")
    assert dry(*words, ":::", "a/b c.tar.gz", "d") == [
        "echo 'a/b c.tar.gz' 'a/b c.tar' 'b c.tar.gz' a 'b c.tar' 1 'xa/b c.tar.gzy'",
        "echo d d d . d 2 xdy",
    ]


def test_a_dot_in_a_folder_is_no_ending() -> None:
    assert dry("echo", "{.}", ":::", "a.b/c", ".bashrc") == ["echo a.b/c", "echo ''"]


def test_without_any_the_input_comes_last_and_other_braces_stay() -> None:
    assert dry("echo", "{x}", ":::", "a b") == ["echo '{x}' 'a b'"]
    assert dry("echo", "{#}", ":::", "a") == ["echo 1"]


def test_several_lists_make_all_combinations() -> None:
    assert dry("echo", "{2}-{1/}", ":::", "x/a", "b", ":::", "1", "2") == [
        "echo 1-a",
        "echo 2-a",
        "echo 1-b",
        "echo 2-b",
    ]
    assert dry("echo", ":::", "a", ":::", "1") == ["echo a 1"]


def test_a_linked_list_goes_along() -> None:
    assert dry("echo", ":::", "a", "b", "c", ":::+", "1", "2") == ["echo a 1", "echo b 2"]


def test_inputs_of_files(tmp_path: Path) -> None:
    Path("lines").write_bytes(b"one\r\ntwo words\n\nlast")
    Path("nul").write_bytes(b"a\nb\0c\0")
    assert dry("echo", "{}", "::::", "lines") == [
        "echo one",
        "echo 'two words'",
        "echo ''",
        "echo last",
    ]
    assert dry("-a", "lines", "echo", ":::", "x") == [
        f"echo {w} x" for w in ("one", "'two words'", "''", "last")
    ]
    assert dry("-0", "-a", "nul", "echo") == [["echo 'a", "b'"][0], "b'", "echo c"]


def test_columns() -> None:
    Path("table").write_text("1,one,x\n2,two,y\n")
    assert dry("-C", ",", "-a", "table", "echo", "{2}={1}") == ["echo one=1", "echo two=2"]


def test_one_word_holds_a_whole_command() -> None:
    assert dry("make  'all of it' test") == ["make 'all of it' test"]


def test_for_a_shell_inputs_are_quoted() -> None:
    assert dry("--shell", "cat {} | wc -l > {/.}.n", ":::", "a 'b'.txt", "$(x)") == [
        """/bin/sh -c 'cat '"'"'a '"'"'"'"'"'"'"'"'b'"'"'"'"'"'"'"'"'.txt'"'"' | wc -l"""
        """ > '"'"'a '"'"'"'"'"'"'"'"'b'"'"'"'"'"'"'"'"''"'"'.n'""",
        """/bin/sh -c 'cat '"'"'$(x)'"'"' | wc -l > '"'"'$(x)'"'"'.n'""",
    ]


def test_the_mark_before_a_text_is_no_part_of_an_input() -> None:
    Path("marked").write_bytes(b"\xef\xbb\xbfa\r\n\xef\xbb\xbfb\n")
    assert run("run", "--dry-run", "echo", "::::", "marked").stdout == "echo a\necho '\\ufeffb'\n"


def test_a_pipe_is_read_where_inputs_are_wanted() -> None:
    command = [sys.executable, "-m", "jobdash", "run", "--dry-run", "echo", "{}"]
    done = subprocess.run(command, input=b"a\nb\xff\n", capture_output=True, check=True)
    assert done.stdout.splitlines()[0] == b"echo a"
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("{}", ":::"), 2, "no inputs"),
        ((":::", "a"), 2, "run what"),
        (("echo", ":::+", "a"), 2, ":::+ goes along"),
        (("echo", "::::"), 2, "names no file"),
        (("echo", "{2}", ":::", "a"), 2, "{2} stands for nothing: each job has 1 input"),
        (("echo", "{..}", ":::", "a"), 2, "{..} stands for nothing"),
        (("echo", "{%}", ":::", "a"), 2, "{%} stands for nothing"),
        (("-C", "(", "echo", ":::", "a"), 2, "--colsep"),
        (("make 'test",), 2, "no closing quotation"),
        (("ls | wc",), 2, "| needs a shell"),
        (("no-such-program", ":::", "a"), 127, "no-such-program: command not found"),
        (("./plain", ":::", "a"), 126, "./plain: permission denied"),
        (("/", ":::", "a"), 126, "/: is a directory"),
        (("echo", "-a", "::::", "missing"), 2, "missing: no such file"),
        (("echo", "::::", "."), 2, ".: is a directory"),
        (("echo", "::::", "empty"), 2, "no inputs"),
        (("echo", "::::", "nul"), 2, "nul:2: NUL bytes; -0"),
        (("echo", "::::", "wide"), 2, "wide:1: this is UTF-16"),
        (("echo", "::::", "long"), 2, "long:2: more than 4,000,000 bytes"),
        (("-C", ",", "echo", "{1}", "{2}", "::::", "ragged"), 2, "job 2: there is no {2} in 'c'"),
        (("echo", ":::", "x" * 200_000), 2, "job 1: its arguments are too long"),
        (("{}", ":::", ""), 2, "job 1 has no command"),
        (("-j", "0", "echo"), 2, "0"),
        (("--timeout", "0s", "echo"), 2, "more than 0"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else "",
)
def test_bad_input(words: tuple[str, ...], code: int, told: str, tmp_path: Path) -> None:
    Path("plain").write_text("echo\n")
    Path("empty").write_text("")
    Path("nul").write_bytes(b"a\nb\0c\n")
    Path("wide").write_text("a\nb\n", encoding="utf-16")
    Path("long").write_bytes(b"a\n" + 10_000_000 * b"x" + b"\n")
    Path("ragged").write_text("a,b\nc\n")
    refused(run("run", *words), code, told)
    assert not (tmp_path / "state").exists(), "nothing is made for what cannot be"


@pytest.mark.parametrize(
    "pieces",
    [
        [b"one\n", b"two\nthree\n"],
        [b"par", b"tial", b"\n"],
        [b"\n\n", b"x"],
        [b"\r10%\r20%", b"\x1b[31mred\x1b[0m\n", b"\xff\x00"],
    ],
)
def test_streams_come_apart_as_they_were(pieces: list[bytes]) -> None:
    log = b"out\n" + b"".join(b"o%d\n" % at + marked(piece) for at, piece in enumerate(pieces))
    assert errors_of(log) == b"".join(pieces)
    assert output_of(log) == b"out\n" + b"".join(b"o%d\n" % at for at in range(len(pieces)))
    assert b"_jd" not in unmarked(log)


def test_a_line_of_both_streams_has_a_part_in_each() -> None:
    line = b"out" + marked(b"err")
    assert part_of(line, "stdout") == b"out"
    assert unmarked(part_of(line, "stderr") or b"") == b"err"
    assert part_of(b"plain", "stderr") is None
    assert part_of(marked(b"err\n"), "stdout") is None
