"""What the OpenAPI description says of every endpoint, so that no endpoint has to say it."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from drf_spectacular.drainage import get_override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers

from api import headers, problems
from api.idempotency import HEADER, LONGEST
from api.pages import Changes


class FieldProblem(serializers.Serializer):
    field = serializers.CharField(help_text="Its name; dots lead to nested ones. Empty: all of it.")
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    """RFC 9457. `code` is for programs, `detail` for people: it says what to do."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = FieldProblem(many=True, required=False)


WHY = {
    400: ("invalid", problems.INVALID),
    401: ("not_authenticated", "Sign in, and send the access token."),
    403: ("permission_denied", "Your role may not do this. Ask an administrator if you need it."),
    404: ("not_found", "There is nothing here that you may see."),
    406: ("not_acceptable", "The API answers in JSON alone."),
    409: ("overtaken", "Somebody else has just changed what this refers to. Read it again."),
    412: ("stale", "It has changed since you read it. Read it again, then repeat your change."),
    413: ("too_large", "This is more than the clinic takes in one request."),
    415: ("unsupported_media_type", "Send JSON."),
    422: ("idempotency_key_reused", "This Idempotency-Key was used for another request."),
    428: ("if_match_required", "Send the ETag of what you read as If-Match."),
    429: ("throttled", "Too many requests. Wait as long as Retry-After says."),
    503: ("unavailable", "The database is busy. Try again in a few seconds."),
    507: ("disk_full", "There is no room left. Tell an administrator, then send it again."),
}

REFUSED_FIELD = {
    "field": "page_size",
    "code": "invalid",
    "detail": "Send a whole number from 1 on, or leave it out.",
}
SUMMARIES = {
    "list": "List {many}",
    "retrieve": "Read {one}",
    "create": "Create {one}",
    "update": "Change {one}, with all that is required; what else is left out stays",
    "partial_update": "Change {one}",
    "destroy": "Delete {one}",
}
TOMBSTONE = {
    "type": "object",
    "description": "What is gone since, or does not match the filters any more: forget it.",
    "required": ["id", "deleted"],
    "properties": {"id": {"type": "integer"}, "deleted": {"type": "boolean", "enum": [True]}},
    "additionalProperties": False,
}
SYNC = [
    OpenApiParameter(
        "updated_since",
        datetime,
        description="Only what has changed since, in the order of the changes, a cursor a page.",
    ),
    OpenApiParameter("cursor", str, description="Where a page of changes begins; see `next`."),
]


# A route takes 18 digits.
ID = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 10**18 - 1}


def is_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")


def also_answers(*codes: int) -> Callable[[Any], Any]:
    """Name statuses of an action's problems that nothing else here tells of."""

    def mark(handler: Any) -> Any:
        handler.also_answers = set(codes)
        return handler

    return mark


class Schema(AutoSchema):
    """Adds the headers that an operation reads and the problems that it may answer with."""

    @property
    def handler(self) -> Any:
        return getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)

    @property
    def is_change(self) -> bool:
        """Say whether the operation needs `If-Match`."""
        return self.method in ("PUT", "PATCH") and getattr(self.view, "needs_if_match", True)

    @property
    def is_deletion(self) -> bool:
        """Say whether the operation takes `If-Match` where the client sends it."""
        return self.method == "DELETE" and getattr(self.view, "needs_if_match", True)

    def get_summary(self) -> str | None:
        """Return a heading such as “Change a care type”, unless the operation has its own."""
        action = getattr(self.view, "action", None)
        if action not in SUMMARIES or getattr(self.view, "queryset", None) is None:
            return super().get_summary()
        meta = self.view.queryset.model._meta  # noqa: SLF001 - documented by Django
        one, many = str(meta.verbose_name), str(meta.verbose_name_plural)
        article = "an" if one[0] in "aeio" else "a"
        return SUMMARIES[action].format(one=f"{article} {one}", many=many)

    @property
    def may_match(self) -> bool:
        """Say whether the operation heeds `If-Match` where it is sent."""
        return getattr(self.handler, "heeds_if_match", False)

    def is_deprecated(self) -> bool:
        """Say whether the endpoint is to go away, as the headers of its answers say too."""
        return bool(getattr(self.view, "deprecated", None)) or bool(super().is_deprecated())

    @property
    def is_sync(self) -> bool:
        """Say whether the list also answers to `?updated_since=`."""
        return getattr(self.view, "syncs", False) and self.view.action == "list"

    def get_override_parameters(self) -> list[Any]:
        said = [*super().get_override_parameters()]
        if self.is_sync:
            said += SYNC
        if self.method == "GET":
            said.append(_header("If-None-Match", "Answers 304 when this ETag still holds."))
        if self.is_change:
            said.append(_header("If-Match", "The ETag of what you read.", required=True))
        if self.is_deletion:
            said.append(_header("If-Match", "Delete only what has this ETag."))
        if self.may_match:
            said.append(_header("If-Match", "Do it only to what has this ETag."))
        if getattr(self.handler, "is_idempotent", False):
            schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
            said.append(_header(HEADER, "The same key gets the same answer, for a day.", schema))
        return said

    def problem_codes(self) -> list[int]:
        """Return the statuses other than success that this operation may answer with."""
        is_read = self.method == "GET"
        codes = {400, 406, 429, 503, *getattr(self.view, "also_answers", ())}
        codes |= {401, 403} if self.get_auth() and {} not in self.get_auth() else set()
        codes |= {404} if "{" in self.path or self._get_pagination_parameters() else set()
        codes |= set() if is_read else {409}
        codes |= set() if is_read or self.method == "DELETE" else {413, 415}
        codes |= {412, 428} if self.is_change else set()
        codes |= {412} if self.is_deletion or self.may_match else set()
        codes |= {404, 422} if getattr(self.handler, "is_idempotent", False) else set()
        codes |= getattr(self.handler, "also_answers", set())
        return sorted(codes)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        ref = self.resolve_serializer(Problem(), "response").ref
        for code in self.problem_codes():
            bodies.setdefault(str(code), _problem_response(code, ref))
        if self.is_sync:
            page = bodies["200"]["content"]["application/json"]
            page["schema"] = self._page_or_changes(page["schema"])
        if self.method == "GET" and "200" in bodies:
            bodies["304"] = {"description": "What `If-None-Match` names still holds."}
        for status, body in bodies.items():
            body["headers"] = headers.sent(
                int(status),
                self.handler,
                has_etag=self.method == "GET" or self.is_change,
                is_deprecated=bool(getattr(self.view, "deprecated", None)),
            )
        return bodies

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """Describe ids as the numbers that they are, not by the digits that a route takes."""
        described: list[dict[str, Any]] = super()._resolve_path_parameters(variables)
        return [each | ({"schema": ID} if is_id(each["name"]) else {}) for each in described]

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """Describe text that may be empty as one or the other: what is empty may be both."""
        super()._insert_field_validators(field, schema)
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")

    def _get_examples(
        self,
        serializer: Any,
        direction: Any,
        media_type: Any,
        status_code: Any = None,
        extras: Any = None,
    ) -> Any:
        """Return the operation's examples, or else the serializer's, of whatever status it is."""
        said = super()._get_examples(serializer, direction, media_type, status_code, extras)
        if said:
            return said
        one = serializer.child if is_list_serializer(serializer) else serializer
        known = get_override(one, "examples", [])
        return super()._get_examples(serializer, direction, media_type, status_code, known)

    def _page_or_changes(self, page: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of what a list answers, given that of a page, with `updated_since`."""
        _, _, name = page["$ref"].rpartition("/")
        row = self.registry[(name, "schemas")].schema["properties"]["results"]["items"]
        rows = {"type": "array", "items": {"anyOf": [row, TOMBSTONE]}}
        return {"anyOf": [page, Changes().get_paginated_response_schema(rows)]}

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """Describe what not everybody is shown as what may be left out."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        hidden = getattr(serializer, "for_staff", ()) if direction == "response" else ()
        if hidden and "required" in schema:
            schema["required"] = [name for name in schema["required"] if name not in hidden]
        return schema

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        """Describe what is shown in several forms; one form may hold all that another holds."""
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, PolymorphicProxySerializer) and "discriminator" not in schema:
            return {"anyOf": schema["oneOf"]}
        return schema


def _header(
    name: str, description: str, schema: Any = str, *, required: bool = False
) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=description, required=required
    )


def _problem_response(status: int, ref: dict[str, Any]) -> dict[str, Any]:
    code, detail = WHY[status][0], str(WHY[status][1])
    errors = [REFUSED_FIELD] if status == HTTPStatus.BAD_REQUEST else None
    example = problems.body(status, code, detail, errors) | {"request_id": "6f1f0d0e"}
    content = {"schema": ref, "examples": {code: {"value": example}}}
    return {"description": detail, "content": {problems.CONTENT_TYPE: content}}


def without_slash(endpoints: list[Any]) -> list[Any]:
    """Describe the addresses without the slash that they may end in."""
    return [(path.rstrip("/"), *rest) for path, *rest in endpoints]


def strict_requests(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """Say that a request holds no other fields than those described."""
    for name, schema in result["components"].get("schemas", {}).items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result
