"""What the access log calls that which was read."""

import pytest
from django.utils.translation import override

from audit.kinds import Kind, label


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.SLIP, "Appointment slip"),
        ("api: healthsummary", "Health summary, through the API"),
        ("admin: medicalrecord", "Note, in the administration"),
        ("api: nothing", "api: nothing"),
        ("by hand: allergy", "by hand: allergy"),
    ],
)
def test_what_was_read_is_said_in_words(kind: str, words: str) -> None:
    with override("en"):
        assert label(kind) == words
