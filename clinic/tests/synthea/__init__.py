"""An export of three invented facilities, doctors and patients, in Synthea's format."""

from pathlib import Path

FILES = Path(__file__).parent


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
