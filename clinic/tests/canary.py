"""What the factories write into records: where it turns up outside them, a patient is told of.

As a plugin it reads each line that any test logs, as production would write it, and fails the test
that was running when such a line came.
"""

import logging
import re
from collections.abc import Iterator

import pytest
import structlog

CANARY = re.compile(
    r"\b(Given|Family|Substance |Condition |Medication )\d+|Lungs clear|Asthma as a child|Oakmere"
)


class Watch(logging.Handler):
    """Keeps the lines that tell of a patient."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if CANARY.search(line):
            self.told.append(line)


@pytest.fixture(scope="session")
def watch() -> Iterator[Watch]:
    handler, root = Watch(), logging.getLogger()
    formatters = [each.formatter for each in root.handlers]
    known = [f for f in formatters if isinstance(f, structlog.stdlib.ProcessorFormatter)]
    handler.setFormatter(known[0])
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


@pytest.fixture(autouse=True)
def _no_patient_is_logged(watch: Watch) -> Iterator[None]:
    yield
    told, watch.told = watch.told, []
    assert not told, "A log line tells of a patient."
