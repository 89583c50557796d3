"""What a form on a page holds, so that a test sends it as a browser would."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """Reads the first form whose opening tag has `mark` in it; buttons are left out."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark, self.is_inside, self.is_read = mark, False, False
        self.values: dict[str, str] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form" and not self.is_read:
            self.is_inside = self.is_read = self.mark in (self.get_starttag_text() or "")
        if not self.is_inside:
            return
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "select":
            self.select = name
        elif tag == "option":
            if "selected" in given or self.select not in self.values:
                self.values[self.select] = value
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "input" and name:
            self._input(given.get("type", "text"), name, value, "checked" in given)

    def _input(self, kind: str, name: str, value: str, is_checked: bool) -> None:
        if is_checked or kind not in {"radio", "checkbox", "submit"}:
            self.values[name] = value

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = self.is_inside and tag != "form"
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.is_inside and self.area:
            self.values[self.area] += data


def fields_of(page: str, mark: str) -> dict[str, str]:
    """Return the names and values of a form's fields as they would be sent."""
    reader = _Fields(mark)
    reader.feed(page)
    assert reader.is_read, f"No form on the page has {mark} in its tag."
    return reader.values
