"""POST requests that may be sent twice: the second gets the answer of the first.

A client that lost the connection cannot know whether its booking was made. With an
`Idempotency-Key` of its own choice it simply asks again. The key is a row, inserted before the work
in the same transaction. A second request with the key waits at that row until the first has
committed, and then repeats its answer; when the first failed, its row is gone with all it did, and
the second does the work. So only what was committed is ever repeated, and only to who may still see
it. Keys hold for a day. A view may keep less than the whole answer, and make the rest anew: of a
chart nothing is kept but the row's id.

The same key with another request is refused: it is a mistake of the client's.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from api.models import IdempotencyKey
from api.problems import Unprocessable
from api.retries import retried_once

KEPT = timedelta(days=1)
HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
REPEATED_HEADERS = ("Location", "ETag")
LONGEST = 255

# Takes the key unless another request holds it; one that is older than a day is taken over.
TAKE = """
    INSERT INTO api_idempotencykey AS held
        (user_id, key, request_hash, created_at, body, headers)
    VALUES (%(user)s, %(key)s, %(hash)s, %(now)s, '', '{}')
    ON CONFLICT (user_id, key) DO UPDATE
        SET request_hash = excluded.request_hash, created_at = excluded.created_at
        WHERE held.created_at < %(oldest)s
    RETURNING id
"""


class Taken(NamedTuple):
    """A key that this request holds now."""

    pk: int

    def keep(self, view: Any, response: Response) -> None:
        """Remember the answer with the key, or as much of it as the view wants to be kept."""
        IdempotencyKey.objects.filter(pk=self.pk).update(
            status=response.status_code,
            body=json.dumps(view.kept_of(response.data), cls=JSONEncoder),
            headers={name: response[name] for name in REPEATED_HEADERS if name in response},
        )


Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Let a view's POST handler honour `Idempotency-Key`, and try it once more without one too."""

    @wraps(handler)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return retried_once(handler)(view, request, *args, **kwargs)
        if not 0 < len(key) <= LONGEST:
            raise Unprocessable(
                _("An %(header)s has 1 to %(most)s characters. A random UUID does well.")
                % {"header": HEADER, "most": LONGEST},
                "idempotency_key_length",
            )

        @retried_once
        def answer() -> Response:
            with transaction.atomic():
                taken = take(request, key)
                if taken is None:
                    return replayed(view, request, key)
                response = handler(view, request, *args, **kwargs)
                taken.keep(view, response)
            return response

        return answer()

    handle.is_idempotent = True  # type: ignore[attr-defined]
    return handle


def is_repeatable(request: Request) -> bool:
    """Say whether the request runs in the transaction of its key, which a failure gives up."""
    return request.method == "POST" and HEADER in request.headers


def take(request: Request, key: str) -> Taken | None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {
                "user": request.user.pk,
                "key": key,
                "hash": request_hash(request),
                "now": now,
                "oldest": now - KEPT,
            },
        )
        row = cursor.fetchone()
    return Taken(row[0]) if row else None


def replayed(view: Any, request: Request, key: str) -> Response:
    """Return the answer that was given to this key, or refuse another request with it.

    Raises Http404 when the view's `repeated()` finds that this person may not see it any more.
    """
    kept = IdempotencyKey.objects.get(user=request.user.pk, key=key)
    if kept.request_hash != request_hash(request):
        raise Unprocessable(
            _("This %(header)s was used for another request. Choose a new key.")
            % {"header": HEADER},
            "idempotency_key_reused",
        )
    said = json.loads(kept.body)
    body = view.repeated(said)
    headers = kept.headers | {REPLAYED: "true"}
    if body is not said and "ETag" in headers:
        headers["ETag"] = view.etag(body)
    return Response(body, status=kept.status, headers=headers)


def request_hash(request: Request) -> str:
    """Return what tells one request from another: its method, its path and what it says.

    It is keyed, because what was said may hold a password. Of a file its content counts.
    """
    data = {name: _said(value) for name, value in request.data.items()} if request.FILES else None
    said = json.dumps(data or request.data, cls=JSONEncoder, sort_keys=True, default=str)
    text = f"{request.method} {request.path} {said}"
    return salted_hmac("api.idempotency", text, algorithm="sha256").hexdigest()


def _said(value: Any) -> Any:
    """Return what stands for a value of a form: of a file a hash over its content."""
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256(b"".join(value.chunks())).hexdigest()
    value.seek(0)
    return digest
