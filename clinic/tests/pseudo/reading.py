"""What a person reads in a page and no catalogue knows: Latin letters outside brackets."""

import re
from html.parser import HTMLParser

from clinic.tests.pseudo.catalogue import CLOSES, OPENS


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READ_OUT = words(
    "alt title placeholder label content hx-confirm hx-prompt aria-label aria-description "
    "aria-roledescription aria-valuetext aria-placeholder"
)
# What else begins with `data-` is a text for the person, which a script shows.
FOR_MACHINES = words(
    "data-bs-theme data-column data-copy data-doctor data-filter data-key data-live "
    "data-live-clock data-live-parts data-live-tag data-live-zone data-opens-keys data-release "
    "data-seconds data-start data-version data-zone"
)
# A text never goes on from one of these to the next.
BLOCKS = words(
    "article aside body caption dd details dialog div dl dt fieldset figure footer form h1 h2 h3 "
    "h4 head header html legend li main nav ol optgroup option p section select summary table "
    "tbody td textarea tfoot th thead title tr ul"
)
UNREAD = words("script style kbd")
EMPTY = words("area base br col embed hr img input link meta source track wbr")
# Names, abbreviations that all three languages share, and addresses.
ALLOWED = re.compile(
    r"https?://\S+|\S+@\S+|\b(?:MRN|PDF|CSV|UTC|GMT|Etc/\S+|English|Español|Português)\b"
    # Names of code systems, and blood types.
    r"|\b(?:SNOMED CT|RxNorm|ICD-10-CM)\b|\b(?:AB|A|B|O)[+−]"
)
LETTERS = re.compile("[A-Za-z]")


class Reader(HTMLParser):
    """Collects in `findings` what of a page is not bracketed, and brackets that are cut."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.part(tag)
        if tag not in EMPTY:
            self.open.append(tag)
        named = {name: value or "" for name, value in attrs}
        for name, value in named.items():
            if _is_read(tag, name, named):
                self.look_at(value, f"{name} of <{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.part(tag)
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not UNREAD.intersection(self.open):
            self.text += data

    def close(self) -> None:
        super().close()
        self.read()

    def part(self, tag: str) -> None:
        """Begin another text, unless one goes on: it may have markup inside."""
        if tag in BLOCKS or not unbracketed(self.text)[1]:
            self.read()

    def read(self) -> None:
        """Look at the text since the last one."""
        text, self.text = self.text, ""
        self.look_at(text, f"<{self.open[-1]}>" if self.open else "text")

    def look_at(self, text: str, where: str) -> None:
        shown = " ".join(text.split())
        outside, is_cut = unbracketed(shown)
        if is_cut or LETTERS.search(ALLOWED.sub("", outside)):
            self.findings.append(f"{where}: {shown}")


def _is_read(tag: str, name: str, attrs: dict[str, str]) -> bool:
    if name == "content":
        return attrs.get("name") in {"description", "title"}
    if name == "value":
        return tag == "input" and attrs.get("type") in {"submit", "button", "reset"}
    return name in READ_OUT or (name.startswith("data-") and name not in FOR_MACHINES)


def unbracketed(text: str) -> tuple[str, bool]:
    """Return what of a text is outside brackets, and whether one is missing its other half."""
    depth, outside, is_cut = 0, "", False
    for letter in text:
        depth += (letter == OPENS) - (letter == CLOSES)
        is_cut |= depth < 0
        if depth == 0:
            outside += letter if letter != CLOSES else " "
    return outside, is_cut or depth > 0


def findings_in(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.findings
