"""What the pages read of a request: of the desk and of charts alike."""

# The cookie that names the facility looked at last.
LAST_FACILITY = "last_facility"


def number_in(text: str) -> int | None:
    """Return the number that a text is, if the database can look for it."""
    return int(text) if text.isdecimal() and len(text) < 19 else None
