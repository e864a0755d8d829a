"""What is wrong with a form, in full: beside a field there is room for a few words only."""

from collections.abc import Iterable, Mapping

from rich.text import Text

from jobdash.text import clean
from jobdash.tui.looks.theme import ALARM
from jobdash.tui.overlays.field import Field


def show_mistakes(fields: Iterable[Field], wrong: Mapping[str, str]) -> Text:
    """Mark the fields that are wrong; return what is, by the fields' labels, a line each."""
    told = []
    for field in fields:
        mistake = wrong.get(field.name_of, "")
        field.show_mistake(mistake)
        if mistake:
            told.append(f"{field.label}: {clean(mistake)}")
    return Text("\n".join(told), ALARM)
