"""Query parameters: an operation takes those that its description names, and refuses any other.

A misspelt filter would be dropped in silence, and the answer would look as if it had been applied.
The description is the one list of them: filters, pages and what `@extend_schema` adds.
"""

from typing import Any

from drf_spectacular.plumbing import ComponentRegistry, get_class
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

_known: dict[tuple[type, str, str], frozenset[str]] = {}


def refuse_unknown(request: Request, view: Any) -> None:
    """Raise ValidationError, which names the ones there are, for parameters that are unknown."""
    if not request.query_params or getattr(view, view.action or "", None) is None:
        return
    known = parameters(view, "GET" if request.method == "HEAD" else str(request.method))
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        there_are = f"There are: {', '.join(sorted(known))}." if known else "There are none here."
        refusal = f"There is no query parameter of this name. {there_are}"
        raise ValidationError({name: [_unknown(refusal)] for name in unknown})


def parameters(view: Any, method: str) -> frozenset[str]:
    """Return the names of the query parameters that the view's operation describes."""
    key = (type(view), view.action, method)
    if key not in _known:
        _known[key] = frozenset(
            described["name"]
            for described in _schema(view, method)._get_parameters()  # noqa: SLF001 - there is no public way
            if described["in"] == "query"
        )
    return _known[key]


def _schema(view: Any, method: str) -> Any:
    """Return what describes the view's action, outside of a description of the whole API."""
    handler = getattr(view, view.action)
    schema = get_class(getattr(handler, "kwargs", {}).get("schema") or view.schema)()
    schema.view, schema.method, schema.path = view, method, ""
    schema.registry = ComponentRegistry()
    return schema


def _unknown(text: str) -> ErrorDetail:
    return ErrorDetail(text, "unknown_parameter")
