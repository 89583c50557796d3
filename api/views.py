"""The base of every endpoint, and what endpoints are made of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from api import limits
from api.etags import conditional, etag, refuse_stale
from api.fields import Instant
from api.headers import Deprecation
from api.idempotency import idempotent
from api.pages import Changes
from api.queries import refuse_unusable
from api.retries import retried_once

VERBS = {
    "list": "view",
    "retrieve": "view",
    "create": "add",
    "update": "change",
    "partial_update": "change",
    "destroy": "delete",
}


class MayDo(BasePermission):
    """Lets those pass whose role holds the permission that the action needs."""

    message = _("Your role may not do this. Ask an administrator if you need it.")

    def has_permission(self, request: Request, view: Any) -> bool:
        # The method is not allowed, which is for the view to say.
        if view.action in (None, "metadata"):
            return bool(request.user and request.user.is_authenticated)
        return bool(request.user.is_authenticated) and request.user.has_perm(view.permission())


class Answers:
    """What every answer carries: its ETag, where the client stands with its limits, its end.

    `not_in_etag` names fields that follow from the clock or from other rows: a change that was
    made before they changed is not refused for that.
    """

    deprecated: Deprecation | None = None
    not_in_etag: tuple[str, ...] = ()

    def etag(self, data: Any) -> str:
        return etag(data, self.not_in_etag)

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if isinstance(response, Response):
            conditional(request, response, self.not_in_etag)
        limits.add_headers(request, response)
        if self.deprecated:
            for name, value in self.deprecated.headers().items():
                response[name] = value
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with `Allow`, which says what the address takes."""
        return Response(status=status.HTTP_204_NO_CONTENT)


class Endpoint(Answers, GenericViewSet):
    """Rows of a model that the person asking may see.

    `queryset` is narrowed by the model's `visible_to(user)`. An action needs the model's permission
    that its name suggests, or the one in `needs`, as in `@action(..., needs="app.codename")`.
    """

    needs: str | None = None
    lookup_value_regex = "[0-9]{1,18}"
    permission_classes = [MayDo]

    def permission(self) -> str:
        """Return the permission that the action needs, such as `patients.add_patient`."""
        if self.needs:
            return self.needs
        meta = self.queryset.model._meta  # noqa: SLF001 - documented by Django
        return f"{meta.app_label}.{VERBS[self.action]}_{meta.model_name}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unusable(request, self)

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.visible_to(self.request.user)

    def representation(self, row: models.Model) -> Any:
        """Return a row as GET shows it."""
        return self.get_serializer(row).data

    def answer(self, row: models.Model, code: int = status.HTTP_200_OK) -> Response:
        """Return a row that was just written, read again with all that is shown beside it.

        Raises Http404 when it was deleted since.
        """
        data = self.representation(get_object_or_404(self.get_queryset(), pk=row.pk))
        headers = {"ETag": self.etag(data)}
        if code == status.HTTP_201_CREATED:
            headers["Location"] = self.location(row)
        return Response(data, status=code, headers=headers)

    def kept_of(self, answered: Any) -> Any:
        """Return what is kept of an answer for a day, to be repeated for its Idempotency-Key."""
        return answered

    def repeated(self, kept: Any) -> Any:
        """Return the answer of which this was kept; raise Http404 as `refuse_unseen` does."""
        self.refuse_unseen(kept)
        return kept

    def refuse_unseen(self, answered: dict[str, Any]) -> None:
        """Raise Http404 where this person may not see any more what was answered to a key.

        That is the row of this address, or else the one that was made. A view whose answers tell of
        other rows looks at those as well.
        """
        if pk := self.kwargs.get("pk", answered.get("id")):
            get_object_or_404(self.get_queryset(), pk=pk)

    def location(self, row: models.Model) -> str:
        """Return the address of a row that was just made."""
        return f"{self.request.path.rstrip('/')}/{row.pk}"

    def locked(self, *, if_match: bool = True) -> Any:
        """Lock and return the row of this address, the one that `If-Match` names.

        Call it in a transaction. Raises PreconditionFailed or, unless `if_match` is optional,
        PreconditionRequired; Http404 when the row was deleted before it could be locked.
        """
        rows = self.filter_queryset(self.get_queryset())
        row = self.get_object()
        model = type(row)
        lockable = model._base_manager.select_for_update(no_key=True)  # noqa: SLF001 - documented by Django
        get_object_or_404(lockable, pk=row.pk)
        row = get_object_or_404(rows, pk=row.pk)
        shown = self.representation(row)
        refuse_stale(self.request, shown, self.not_in_etag, required=if_match)
        return row

    @retried_once
    def locked_for(self, change: Callable[[Any], Any], *, if_match: bool = True) -> Any:
        """Lock the row of this address as `locked()` does, change it, and return it.

        It is one transaction, done once more where it lost a fight for locks.
        """
        with transaction.atomic():
            row = self.locked(if_match=if_match)
            change(row)
        return row


class Action(Answers, GenericAPIView):
    """Something to do that is no row, such as signing in.

    `protected_by` are the throttles that it has beside those of every endpoint. `also_answers` are
    statuses that the schema could not know.
    """

    protected_by: tuple[type[BaseThrottle], ...] = ()
    also_answers: tuple[int, ...] = ()
    permission_classes = [IsAuthenticated]

    def get_throttles(self) -> list[BaseThrottle]:
        return [*super().get_throttles(), *(each() for each in self.protected_by)]

    def read(self, **options: Any) -> dict[str, Any]:
        """Return what the request says, or raise ValidationError."""
        serializer = self.get_serializer(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        return said


class Lists:
    """GET of a list, a page at a time."""

    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.listed())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def listed(self: Any) -> Any:
        """Return what the list holds: of the rows that this person may see, those asked for."""
        return self.filter_queryset(self.get_queryset())


class Syncs(Lists):
    """GET of a list, or with `?updated_since=` of what has changed since then.

    What has changed and is not in the list, or not any more, is then a tombstone: its id and
    `deleted`, and nothing else. So both ways lead to the same rows. Needs a column `updated_at`.
    """

    syncs = True

    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        since = request.query_params.get("updated_since")
        _refuse_mixed(request.query_params)
        if since is None:
            return super().list(request, *args, **kwargs)
        pages = Changes()
        instant = _instant(since)
        listed = self.listed().order_by().filter(pk=OuterRef("pk"))
        changed = self.get_queryset().filter(updated_at__gte=instant)
        page = pages.paginate_queryset(changed.annotate(is_listed=Exists(listed)), request, self)
        shown = self.get_serializer([row for row in page if row.is_listed], many=True).data
        known = {row["id"]: row for row in shown}
        told = [known.get(row.pk, {"id": row.pk, "deleted": True}) for row in page]
        return pages.get_paginated_response(told)


class Retrieves:
    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.representation(self.get_object()))


class Creates:
    @idempotent
    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            row = serializer.save()
        return self.answer(row, status.HTTP_201_CREATED)


class Updates:
    """PUT and PATCH, which need `If-Match`."""

    def update(
        self: Any, request: Request, *args: Any, partial: bool = False, **kwargs: Any
    ) -> Response:
        def change(row: Any) -> None:
            serializer = self.get_serializer(row, data=request.data, partial=partial)
            serializer.is_valid(raise_exception=True)
            serializer.save()

        return self.answer(self.locked_for(change))

    def partial_update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.update(request, *args, partial=True, **kwargs)


class Destroys:
    """DELETE; with `If-Match` only what was read. 409 for what other rows refer to."""

    def destroy(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.locked_for(lambda row: row.delete(), if_match=False)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _instant(since: str) -> datetime:
    try:
        return Instant().run_validation(since)
    except ValidationError as error:
        raise ValidationError({"updated_since": error.detail}) from error


def _refuse_mixed(said: Any) -> None:
    """Refuse the two ways through a list in one request: one of them would be passed over."""
    if "updated_since" in said and "page" in said:
        refusal = gettext("Changes have no numbered pages. Follow `next` of the answer instead.")
        raise ValidationError({"page": [refusal]})
    if "updated_since" in said and "ordering" in said:
        refusal = gettext("Changes come in the order in which they were made. Leave this out.")
        raise ValidationError({"ordering": [refusal]})
    if "cursor" in said and "updated_since" not in said:
        refusal = gettext(
            "A cursor belongs to `updated_since`. Follow `next` as it is, or send both."
        )
        raise ValidationError({"cursor": [refusal]})
