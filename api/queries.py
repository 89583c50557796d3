"""Query parameters: an operation takes those that its description names, and refuses any other.

A misspelt filter, or one without a value, would be dropped in silence, and the answer would look
as if it had been applied.
The description is the one list of them: filters, pages and what `@extend_schema` adds.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.plumbing import ComponentRegistry, get_class
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

PLAIN_TEXT = {"type", "maxLength", "default"}
# Of each operation: its parameters, and whether they may be empty.
_known: dict[tuple[type, str, str], dict[str, bool]] = {}


def refuse_unusable(request: Request, view: Any) -> None:
    """Raise ValidationError for parameters that are unknown, naming the known, or are empty."""
    if not request.query_params or getattr(view, view.action or "", None) is None:
        return
    known = parameters(view, "GET" if request.method == "HEAD" else str(request.method))
    unknown = sorted(request.query_params.keys() - known.keys())
    if unknown:
        raise ValidationError(_each(unknown, _no_such(known), "unknown_parameter"))
    empty = [name for name, value in request.query_params.items() if not (value or known[name])]
    if empty:
        raise ValidationError(_each(empty, _("Give this a value, or leave it out."), "empty"))


def parameters(view: Any, method: str) -> dict[str, bool]:
    """Return the query parameters that the view's operation describes, and which may be empty.

    Plain text may be: what a search box holds is sent as it is.
    """
    key = (type(view), view.action, method)
    if key not in _known:
        described = _schema(view, method)._get_parameters()  # noqa: SLF001 - there is no public way
        _known[key] = {
            each["name"]: each["schema"].get("type") == "string"
            and each["schema"].keys() <= PLAIN_TEXT
            for each in described
            if each["in"] == "query"
        }
    return _known[key]


def _schema(view: Any, method: str) -> Any:
    """Return what describes the view's action, outside of a description of the whole API."""
    handler = getattr(view, view.action)
    schema = get_class(getattr(handler, "kwargs", {}).get("schema") or view.schema)()
    schema.view, schema.method, schema.path = view, method, ""
    schema.registry = ComponentRegistry()
    return schema


def _no_such(known: Iterable[str]) -> str:
    if not known:
        return _("There is no query parameter of this name. There are none here.")
    names = ", ".join(sorted(known))
    return _("There is no query parameter of this name. There are: %(names)s.") % {"names": names}


def _each(names: list[str], detail: str, code: str) -> dict[str, list[ErrorDetail]]:
    return {name: [ErrorDetail(detail, code)] for name in names}
