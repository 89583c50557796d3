"""ETags (RFC 9110): hashes of what a representation holds, so that nothing has to keep a version.

A tag has two parts, `"<of what a change could overwrite>.<of everything>"`. GET and HEAD answer 304
to an `If-None-Match` whose whole tag still holds. A change has to name in `If-Match` what it was
made from; the first part of that is compared while the row is locked, so of several that name the
same one wins and the others get 412. What follows from the clock or from other rows, such as how
many places are left, is shown and not in the first part: a view names it in `not_in_etag`.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from api.problems import PreconditionFailed, PreconditionRequired


def etag(data: Any, not_in_etag: Iterable[str] = ()) -> str:
    """Return the tag of a representation; the first part does without the fields of these names."""
    everything = first = _hash(data)
    if not_in_etag and isinstance(data, dict):
        first = _hash({n: value for n, value in data.items() if n not in not_in_etag})
    return f'"{first}.{everything}"'


def _hash(data: Any) -> str:
    text = json.dumps(data, cls=JSONEncoder, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def named(header: str) -> set[str]:
    """Return the tags in an `If-Match` or `If-None-Match` header, weak ones as if they were strong.

    A proxy that compresses an answer makes its tag weak; the content is the same.
    """
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def changeable(tag: str) -> str:
    """Return the part of a tag that a change is compared by."""
    return tag.strip('"').partition(".")[0]


def conditional(request: Request, response: Response, not_in_etag: Iterable[str] = ()) -> None:
    """Give a successful answer its ETag, and turn it into 304 where the client has it already."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return
    response["ETag"] = etag(response.data, not_in_etag)
    response["Cache-Control"] = "private, no-cache"
    known = named(request.headers.get("If-None-Match", ""))
    if known & {response["ETag"], "*"}:
        response.status_code, response.data = 304, None


def may_match(handler: Any) -> Any:
    """Mark an action that heeds `If-Match` where it is sent, for the description of the API."""
    handler.heeds_if_match = True
    return handler


def refuse_stale(
    request: Request, data: Any, not_in_etag: Iterable[str] = (), *, required: bool = True
) -> None:
    """Raise unless `If-Match` names the representation as it now is; call it under the row's lock.

    Raises PreconditionRequired without the header, unless it is not `required`.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if not required:
            return
        raise PreconditionRequired(
            _(
                "Send the ETag of what you read as If-Match, "
                "so that nobody's change is overwritten."
            ),
            "if_match_required",
        )
    now = changeable(etag(data, not_in_etag))
    if not {changeable(each) for each in named(header)} & {now, "*"}:
        raise PreconditionFailed(
            _("It has changed since you read it. Read it again, then repeat what you meant to do."),
            "stale",
        )
