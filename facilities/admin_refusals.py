"""What only the database could refuse, such as a place just taken, in words in the admin."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.admin_rows import SaysWhyNot
from facilities.refusals import refusals


class RefusalsInWords(SaysWhyNot):
    """Answer a refusal by the database with its words, beside what was typed."""

    @contextmanager
    def refused(self) -> Iterator[None]:
        with super().refused(), refusals():
            yield
