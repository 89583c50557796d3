"""Every operation is described with examples, and each example is what its schema says."""

from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from clinic.tests.access.described import METHODS
from clinic.tests.access.described import schema as described

FORMATS = FormatChecker(formats=["email"])


@FORMATS.checks("date-time", raises=(TypeError, ValueError))
def says_its_offset(value: Any) -> bool:
    return datetime.fromisoformat(value).utcoffset() is not None


@FORMATS.checks("date", raises=(TypeError, ValueError))
def is_day(value: Any) -> bool:
    return bool(date.fromisoformat(value))


def operations() -> list[Any]:
    return [
        pytest.param(path, method, id=f"{method} {path}")
        for path, methods in described()["paths"].items()
        for method in methods
        if method in METHODS
    ]


def bodies(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is sent or answered, by “what it is”, but for files, which have no example."""
    sent = operation.get("requestBody", {}).get("content", {})
    found = {f"sent {kind}": body for kind, body in sent.items()}
    for status, answer in operation["responses"].items():
        found |= {f"{status} {kind}": body for kind, body in answer.get("content", {}).items()}
    return {what: body for what, body in found.items() if not is_file(body["schema"])}


def is_file(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "binary" or any(
        map(is_file, schema.get("properties", {}).values())
    )


def in_json_schema(schema: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema, which has no `nullable`."""
    if isinstance(schema, list):
        return [in_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: in_json_schema(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


@cache
def components() -> Any:
    return in_json_schema(described()["components"])


def refusal(schema: dict[str, Any], value: Any) -> str:
    """Return what a schema has against an example, nothing when it is right."""
    whole = in_json_schema(schema) | {"components": components()}
    error = best_match(Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value))
    return f"{error.json_path}: {error.message}" if error else ""


@pytest.mark.parametrize(("path", "method"), operations())
def test_each_body_has_examples_that_its_schema_lets_pass(path, method):
    for what, body in bodies(described()["paths"][path][method]).items():
        examples = body.get("examples", {})
        assert examples, f"{what} has no example"
        for name, example in examples.items():
            assert not refusal(body["schema"], example["value"]), (what, name)


@pytest.mark.parametrize(("path", "method"), operations())
def test_each_operation_says_what_success_and_every_problem_look_like(path, method):
    answers = described()["paths"][path][method]["responses"]
    assert any(status.startswith("2") for status in answers)
    for status, answer in answers.items():
        if status.startswith(("4", "5")):
            assert list(answer["content"]) == ["application/problem+json"]


def test_each_group_of_operations_is_described():
    said = {tag["name"]: tag["description"] for tag in described()["tags"]}
    used = {
        tag
        for methods in described()["paths"].values()
        for each in methods.values()
        for tag in each["tags"]
    }
    assert used == set(said)
    assert all(said.values())


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$ref": "#/components/schemas/PatientRequest"}, {"given_name": "Ada"}),
        ({"type": "string", "format": "date-time"}, "2027-03-14T09:30:00"),
        ({"type": "string", "format": "date"}, "03/14/2027"),
        ({"type": "string"}, None),
    ],
)
def test_an_example_that_is_wrong_would_be_noticed(schema, value):
    assert refusal(schema, value)
    assert not refusal({"type": "string", "nullable": True}, None)


def test_medical_record_numbers_are_written_as_they_are_given():
    read = described()["paths"]["/api/v1/patients/{id}"]["get"]["responses"]["200"]
    (example,) = read["content"]["application/json"]["examples"].values()
    mrn = example["value"]["mrn"]
    assert (len(mrn), mrn.isdigit()) == (8, True)
