"""Every code of a refusal is known to be a conflict, or not to be one: none is forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

from facilities.conflicts import CONFLICTS
from facilities.refusals import duplicates

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "facilities", "patients", "scheduling", "records")
# What no request of the API reaches.
BESIDE = ("tests", "migrations", "views", "management", "exchange")
ELSEWHERE = ("admin", "forms", "views", "exchange", "spreadsheets")
# What is refused as it stands, whoever else does what: 400.
REFUSED = frozenset(
    {
        "ahead",
        "another_patient",
        "another_specialization",
        "care_not_provided",
        "code_refused",
        "doctor_away",
        "doctor_elsewhere",
        "empty",
        "end_before_start",
        "ends_before_start",
        "facility_closed",
        "first_day",
        "in_the_past",
        "interval",
        "invalid",
        "kept",
        "lasting",
        "length",
        "no_doctor",
        "no_facility",
        "no_patient",
        "no_reason",
        "not_online",
        "off_grid",
        "other_patient",
        "outside_hours",
        "picture_too_large",
        "picture_unreadable",
        "reaction_invalid",
        "reason_missing",
        "required",
        "room_elsewhere",
        "rule",
        "second_of_two",
        "too_far_ahead",
        "too_few",
        "too_large",
        "too_long",
        "too_many",
        "too_soon",
        "type_not_offered",
        "unusable",
        "validity",
        "zip_code_unknown",
    }
)
# These have an answer of their own.
OWN_STATUS = {"stale": 412, "disk_full": 507}


def modules() -> Iterator[Path]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            is_elsewhere = any(path.stem.endswith(each) for each in ELSEWHERE)
            if not {*path.parts} & {*BESIDE} and not is_elsewhere and "admin" not in path.stem:
                yield path


def codes(module: Path) -> Iterator[str]:
    """Yield the codes that a module gives to what it refuses, but for those of REST framework.

    Those of fields that a serializer refuses are all 400. A function of the module may take the
    code as an argument.
    """
    tree = ast.parse(module.read_text())
    takes = {
        each.name: [argument.arg for argument in each.args.args if argument.arg != "self"]
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).startswith("serializers."):
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        called = ast.unparse(node.func).rpartition(".")[2]
        named |= dict(zip(takes.get(called, []), node.args, strict=False))
        for name in ("code", "violation_error_code"):
            if name in named:
                yield from strings(named[name])


def strings(node: ast.expr) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def raised() -> set[str]:
    return {code for module in modules() for code in codes(module)}


def test_each_code_is_in_exactly_one_list():
    lists = [CONFLICTS, frozenset(duplicates()), REFUSED, frozenset(OWN_STATUS)]
    found = {code: sum(code in each for each in lists) for code in raised()}
    assert {code: count for code, count in found.items() if count != 1} == {}


def test_each_code_that_is_listed_is_raised_somewhere():
    assert (CONFLICTS | REFUSED | OWN_STATUS.keys()) - raised() == set()
