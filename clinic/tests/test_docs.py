import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_setting_is_named_in_the_example():
    settings = (ROOT / "clinic" / "settings.py").read_text()
    named = set(re.findall(r"env\.\w+\(\s*[\"']([A-Z_]+)", settings))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in named if not re.search(rf"^#?{name}=", example, re.MULTILINE)} == set()
    assert len(named) > 20


def test_what_holds_the_requirements_of_security_is_there():
    text = (ROOT / "docs/security/asvs.md").read_text()
    named = set(re.findall(r"`([a-z_.]+/[a-z_/.]*)`", text)) - {"/api/schema"}
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert len(named) > 50
