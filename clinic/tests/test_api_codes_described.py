"""The table of codes in docs/api.md names each code that a problem can have, and no other."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import get_resolver

from api import problems, serializers
from api.schema import WHY
from clinic.tests.test_api_codes import APPS, BESIDE, OWN_STATUS, REFUSED, ROOT, raised
from facilities.conflicts import CONFLICTS
from facilities.refusals import duplicates, refusal

# Of REST framework and of serializers, with their statuses.
FRAMEWORKS = {
    "authentication_failed": 401,
    "method_not_allowed": 405,
    "no_name": 400,
    "parse_error": 400,
    problems.UNNAMED: 400,
}
KINDS = {
    "AuthenticationFailed": 401,
    "Conflict": 409,
    "Forbidden": 403,
    "PermissionDenied": 403,
    "TooLarge": 413,
    "Unauthenticated": 401,
    "Unprocessable": 422,
}
# What no request of the API does: an import, what is said of a contact, a lost session.
ELSEWHERE = {"contact_note_bounded", "kept", "lasting"}


def of_classes() -> Iterator[tuple[str, int]]:
    """Yield what is raised with a status of its own, as `Conflict(words, code)` is."""
    for app in ("api", *APPS, "clinic"):
        for path in (ROOT / app).rglob("*.py"):
            if {*path.parts} & {*BESIDE}:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                yield from of_call(node)


def of_call(node: ast.AST) -> Iterator[tuple[str, int]]:
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return
    name, code = ast.unparse(node.func).rpartition(".")[2], node.args[1]
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        if name in KINDS:
            yield code.value, KINDS[name]
        if name == "response" and isinstance(node.args[0], ast.Constant):
            yield str(node.args[1].value), int(node.args[0].value)  # type: ignore[attr-defined]


def of_constraints() -> Iterator[tuple[str, int]]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for rule in model._meta.constraints:
                try:
                    code = refusal(rule.name).code
                except KeyError:  # it says nothing of its own
                    continue
                yield code, 409 if code in duplicates().keys() | CONFLICTS else 400


def of_unique_fields() -> Iterator[tuple[str, int]]:
    """Yield what is told of a field whose every value is there once."""
    assert get_resolver().url_patterns  # which loads every serializer
    for kind in below(serializers.ModelSerializer):
        if not hasattr(kind, "Meta"):
            continue
        meta = kind.Meta
        columns = {name: f for f in meta.model._meta.fields for name in (f.name, f.attname)}
        for name in meta.fields:
            if name in columns and columns[name].unique and not columns[name].primary_key:
                yield f"{columns[name].name}_taken", 409


def below(kind: Any) -> Iterator[Any]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def of_problems() -> dict[str, set[int]]:
    """Return each code with the statuses of the problems that carry it."""
    known = dict.fromkeys(CONFLICTS | duplicates().keys(), 409) | dict.fromkeys(REFUSED, 400)
    found = defaultdict(set)
    for code, status in [
        *((code, (known | OWN_STATUS)[code]) for code in raised()),
        *((code, status) for status, (code, _) in WHY.items()),
        *FRAMEWORKS.items(),
        *of_classes(),
        *of_constraints(),
        *of_unique_fields(),
    ]:
        if code not in ELSEWHERE:
            found[code].add(OWN_STATUS.get(code, status))
    return dict(found)


def described() -> dict[str, set[int]]:
    text = (ROOT / "docs/api.md").read_text().partition("## Codes")[2].partition("\n## ")[0]
    found = defaultdict(set)
    for status, codes in re.findall(r"^\| (\d{3}) \| ([^|]+) \|", text, re.MULTILINE):
        for code in re.findall(r"`(\w+)`", codes):
            found[code].add(int(status))
    return dict(found)


def test_the_table_names_each_code_with_its_statuses():
    told, real = described(), of_problems()
    assert {code for code in told if code not in real} == set(), "No problem has these."
    missing = {code: statuses for code, statuses in real.items() if told.get(code) != statuses}
    assert missing == {}, "The table in docs/api.md tells of these not at all, or otherwise."
