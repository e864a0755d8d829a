"""The README says what the program does."""

import re
import shlex
from collections import defaultdict
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jobdash.cli.main import command_line
from jobdash.job import MOVES, Event
from jobdash.tui.keyboard import keys

FILE = Path(__file__).parents[1] / "README.md"
README = FILE.read_text(encoding="utf-8")
KEYS = re.compile(r"(?<=<!-- keys -->\n).*?(?=<!-- /keys -->)", re.DOTALL)
NOWHERE = "[*]"
EDGE = re.compile(r"^\s+(\w+|\[\*\]) --> (\w+): (.+)$", re.MULTILINE)
COMMANDS = set(command_line.list_commands(click.Context(command_line)))


def edges_by_event() -> dict[Event, list[tuple[str, str]]]:
    found: dict[Event, list[tuple[str, str]]] = defaultdict(list)
    for source, target, events in EDGE.findall(README):
        for event in events.split(", "):
            found[Event(event)].append((source, target))
    return found


def test_the_state_diagram_is_the_table_of_moves() -> None:
    drawn = edges_by_event()
    # Two events come from an app that uses an id again or runs a task by hand, from anywhere; and
    # what undo does is every decision of a person's, backwards.
    assert set(drawn) == set(Event) - {Event.TAKE, Event.ENQUEUE_AGAIN, Event.UNDO}
    for event, edges in drawn.items():
        assert {source for source, _ in edges} - {NOWHERE} == MOVES[event].sources, event
        assert {target for _, target in edges} == MOVES[event].targets, event


def test_every_command_is_in_the_readme() -> None:
    table = README.partition("## What you type")[2].partition("##")[0]
    told = set(re.findall(r"[a-z]+", " ".join(re.findall(r"`([^`]+)`", table))))
    assert told >= COMMANDS


def keys_told() -> str:
    """Return the table of keys as the README has it."""
    lines = ["| where | key | what it does | name |", "|---|---|---|---|"]
    for title, section in keys.SECTIONS:
        where = title
        for key in section:
            if key.meaning:
                shown = key.name.replace("|", "\\|")
                lines.append(f"| {where} | `{shown}` | {key.meaning} | {key.name_for_users} |")
                where = ""
    return "\n".join(lines) + "\n"


def test_the_readme_has_the_table_of_keys(request: pytest.FixtureRequest) -> None:
    """`pytest tests/test_docs.py --golden-update` writes it anew."""
    if request.config.getoption("--golden-update"):
        FILE.write_text(KEYS.sub(lambda _: keys_told(), README), encoding="utf-8")
        return
    found = KEYS.search(README)
    assert found is not None
    assert found[0] == keys_told()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    shown = CliRunner().invoke(command_line, [name, "--help"])
    assert shown.exit_code == 0
    assert f"jobdash {name}" in shown.output


@pytest.mark.parametrize("which", ["demo", "test"])
def test_the_two_commands_set_up_all_they_need(which: str) -> None:
    block = README.partition(f"<!-- {which} -->\n```\n")[2].partition("\n```")[0]
    assert "\n" not in block
    steps = [shlex.split(step) for step in block.split(" && ")]
    assert steps[0] == ["python3", "-m", "venv", ".venv"]
    assert steps[1][:2] == [".venv/bin/pip", "install"]
    assert steps[2] == ([".venv/bin/jobdash", "demo"] if which == "demo" else [".venv/bin/pytest"])


@pytest.mark.parametrize("picture", re.findall(r"\((screenshots/[\w-]+\.svg)\)", README))
def test_pictures_are_there_and_fetch_nothing(picture: str) -> None:
    text = (Path(__file__).parents[1] / picture).read_text(encoding="utf-8")
    assert "url(http" not in text
    assert str(Path.home()) not in text
