"""What the admin of every app has in common: refusals in words, and actions row by row.

Nothing here knows a rule. It asks the models' own methods and says, for each row, what they
refused and why.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object

Row = TypeVar("Row", bound=models.Model)
# Each is done on its own, in one request: as many as that takes well.
MOST_AT_ONCE = 500
# What a model or the database has refused of this request.
REFUSAL = "_refused_in_admin"


class ReadOnlyAdmin:
    """Nothing here is added, changed or deleted by a form."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReasonForm(forms.Form):
    """Why something is done; `offered` are the usual reasons, in English.

    They are shown in the language of whoever reads and kept in English, typed or chosen.
    """

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, offered: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {gettext(each): each for each in offered}
        self.fields["reason"].widget.attrs |= {"list": "usual-reasons", "autocomplete": "off"}

    def clean_reason(self) -> str:
        typed: str = self.cleaned_data["reason"]
        return self.offered.get(typed, typed)


class SaysWhyNot(Base):
    """Answer what a model or the database refuses with its words, and delete row by row."""

    actions = ["delete_each"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form again, with what was typed and why not, where saving it is refused."""
        try:
            with self.refused():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            if request.method != "POST":
                raise
            setattr(request, REFUSAL, error.messages)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        refusal = getattr(request, REFUSAL, None)
        return form if refusal is None else refused_form(form, refusal)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            with self.refused():
                return super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            info = self.opts.app_label, self.opts.model_name
            return redirect(reverse("admin:{}_{}_change".format(*info), args=[object_id]))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say how many rows of each kind would go along, and how many are in the way.

        Whoever may delete a row may delete what goes along with it.
        """
        using = objs[0]._state.db if objs else "default"  # noqa: SLF001 - as Django's own does
        collector = NestedObjects(using=using, origin=objs)
        collector.collect(objs)
        kinds: dict[Any, Any] = dict(collector.model_objs)
        gone = {model: len(rows) for model, rows in kinds.items()}
        told = {model: number for model, number in gone.items() if _is_told(model)}
        counts = {str(_kind(model, number)): number for model, number in told.items()}
        return _told(gone), counts, set(), _told(Counter(map(type, collector.protected)))

    @admin.action(description=_("Delete"), permissions=["delete"])
    def delete_each(self, request: HttpRequest, chosen: "QuerySet[Any]") -> TemplateResponse | None:
        """Ask first, then delete one by one what nothing else needs."""
        if "confirmed" not in request.POST:
            return ask_first(self, request, chosen, gettext("Delete these?"))

        def delete(row: Any) -> None:
            with self.refused(), transaction.atomic():
                self.log_deletions(request, chosen.filter(pk=row.pk))
                self.delete_model(request, row)

        each(self, request, chosen, delete)
        return None

    @contextmanager
    def refused(self) -> Iterator[None]:
        """Raise a ValidationError for what other rows refer to."""
        try:
            yield
        except ProtectedError as error:
            raise ValidationError(still_needed(error.protected_objects), code="in_use") from error


def refused_form(form: type[forms.ModelForm], refusal: list[str]) -> type[forms.ModelForm]:
    """Return the form whose every answer is this refusal, so that it is shown again as typed."""

    class Refused(form):  # type: ignore[misc, valid-type]
        def full_clean(self) -> None:
            super().full_clean()
            if self.is_bound:
                self.add_error(None, refusal)

    return Refused


def _kind(model: type[models.Model], number: int) -> str:
    names = model._meta  # noqa: SLF001 - documented by Django
    return str(names.verbose_name if number == 1 else names.verbose_name_plural)


def _is_told(model: type[models.Model]) -> bool:
    return getattr(model, "is_told_of_merges", True)


def _told(counts: "dict[type[models.Model], int]") -> list[str]:
    """Return how many rows there are of each kind; what a chart holds is not told apart."""
    told, untold = [], 0
    for model, number in counts.items():
        if _is_told(model):
            told.append(f"{number} {_kind(model, number)}")
        else:
            untold += number
    if untold:
        others = ngettext("%(n)s other record", "%(n)s other records", untold)
        told.append(others % {"n": untold})
    return told


def still_needed(rows: Iterable[models.Model]) -> str:
    """Return the sentence that refuses to delete what these rows refer to."""
    return gettext(
        "This cannot be deleted, as records refer to it: %(records)s. "
        "Take it out of use instead, or deal with those first."
    ) % {"records": ", ".join(_told(Counter(map(type, rows))))}


def each(
    model_admin: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    chosen: "QuerySet[Row]",
    operation: Callable[[Row], object],
) -> None:
    """Do something with each row; tell how many it was done with, and of the others why not."""
    done = 0
    for row in chosen[:MOST_AT_ONCE]:
        name = str(row)
        try:
            operation(row)
        except ValidationError as refusal:
            words = gettext("%(row)s: %(why)s") % {"row": name, "why": " ".join(refusal.messages)}
            model_admin.message_user(request, words, messages.ERROR)
        else:
            done += 1
    if done:
        told = ngettext("Done with %(count)s of them.", "Done with %(count)s of them.", done)
        model_admin.message_user(request, told % {"count": done}, messages.SUCCESS)
    if chosen.count() > MOST_AT_ONCE:
        words = gettext("Only the first %(most)s were looked at. Choose the rest and do it again.")
        model_admin.message_user(request, words % {"most": MOST_AT_ONCE}, messages.WARNING)


def ask_first(
    model_admin: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    question: str,
    form: forms.Form | None = None,
) -> TemplateResponse:
    """Return the page that names the chosen rows and asks whether to go on, and perhaps why."""
    context = model_admin.admin_site.each_context(request) | {
        "title": question,
        "opts": model_admin.opts,
        "kind": capfirst(str(model_admin.opts.verbose_name_plural)),
        "chosen": list(chosen[:MOST_AT_ONCE]),
        "checkbox": ACTION_CHECKBOX_NAME,
        "action": request.POST["action"],
        "form": form,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/ask_first.html", context)
