"""The table of steps is the one that the documentation draws."""

import re
from pathlib import Path

from scheduling.history import STEPS
from scheduling.status import HOLDING_TIME, NEXT, Status

DOCUMENT = Path(__file__).parents[2] / "docs/scheduling/status.md"


def test_the_diagram_shows_exactly_the_steps_of_the_table():
    arrows = re.findall(r"^    ([a-z-]+) --> ([a-z-]+)", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(arrows) == sorted((step, to) for step in NEXT for to in NEXT[step])


def test_the_words_of_the_desk_are_those_of_the_document():
    row = r"^\| ([a-z-]+) \| ([^|]+) \| ([^|]+) \|$"
    rows = re.findall(row, DOCUMENT.read_text(), re.MULTILINE)
    told = {status: (label, taken != "no") for status, label, taken in rows if status in Status}
    assert told == {each.value: (each.label, each in HOLDING_TIME) for each in Status}


def test_the_history_of_the_document_is_told_in_the_words_of_the_desk():
    example = " ".join(DOCUMENT.read_text().split("**Example.**")[1].split())
    newest, *others = re.findall("“([^”]+)”", example)
    steps = [str(STEPS[to]) for to in (Status.FULFILLED, Status.CHECKED_IN, Status.ARRIVED)]
    assert [newest, *others[:2], others[-1]] == [*steps, "Booked"]
