"""Every text that a person reads can be translated: found by reading pages in a pseudo-language.

In it a translated text is in brackets, so whatever stands outside of them was never asked for.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from clinic.tests.pseudo.catalogue import forget_what_was_said, pseudo, speak_pseudo
from clinic.tests.pseudo.crawling import Crawler, Page, is_page, routes
from clinic.tests.pseudo.place import ROLES, Place, build
from clinic.tests.pseudo.reading import findings_in

pytestmark = pytest.mark.django_db

NAMES = re.compile("[0-9\u0370-\u03ff]+( [0-9\u0370-\u03ff]+)*")


@pytest.fixture
def place(settings: LazySettings, tmp_path: Path) -> Iterator[Place]:
    settings.MEDIA_ROOT = tmp_path / "media"
    built = build()
    speak_pseudo(settings, tmp_path / "locale")
    forget_what_was_said()
    yield built
    forget_what_was_said()


def told(findings: dict[str, list[str]]) -> str:
    """Return all findings below the page on which they were met first.

    Of those that differ in numbers and names alone one is told.
    """
    lines: list[str] = []
    met: dict[str, str] = {}
    for page, texts in sorted(findings.items()):
        new = [text for text in texts if met.setdefault(NAMES.sub("1", text), text) is text]
        lines += [f"\n{page}", *(f"    {text[:160]}" for text in new)] if new else []
    return f"{len(met)} texts cannot be translated:\n" + "\n".join(lines)


def findings_of(pages: list[Page]) -> dict[str, list[str]]:
    findings: dict[str, list[str]] = defaultdict(list)
    for page in pages:
        findings[page.name] += findings_in(page.text)
    return {name: found for name, found in findings.items() if found}


@pytest.mark.parametrize("role", ROLES)
def test_every_text_of_every_page_can_be_translated(place: Place, role: str) -> None:
    findings = findings_of(list(Crawler(place.people[role]).pages(place)))
    assert not findings, told(findings)


def test_every_text_before_signing_in_can_be_translated(place: Place) -> None:
    names = [name for name in routes() if name.startswith("account_")]
    known = {"account_reset_password_from_key": {"uidb36": "1", "key": "1"}}
    answers = {
        name: Client().get(reverse(name, kwargs=known.get(name)), follow=True) for name in names
    }
    pages = [
        Page(name, answer.content.decode()) for name, answer in answers.items() if is_page(answer)
    ]
    findings = findings_of(pages)
    assert not findings, told(findings)


def test_what_is_not_bracketed_or_is_cut_is_found() -> None:
    page = (
        f'<p title="Book">{pseudo("Book")} 9:00 Άννα</p><p>{pseudo("You have <b>3</b> visits")}'
        f"</p><li>and <i>Walk-in</i></li><b>{pseudo('Monday')[:3]}</b><script>if</script>"
        '<a data-key-label="Undo" data-key="u" href="/x">MRN 000 1@example.org</a>'
    )
    assert findings_in(page) == [
        "title of <p>: Book",
        "<li>: and",
        "<i>: Walk-in",
        "data-key-label of <a>: Undo",
        f"text: {pseudo('Monday')[:3]}MRN 000 1@example.org",
    ]


def test_placeholders_and_markup_stay_as_they_are() -> None:
    assert pseudo("Book <b>%(name)s</b> {at} 5&nbsp;%d") == "⟦Ḃōōķ <b>%(name)s</b> {at} 5&nbsp;%d⟧"
