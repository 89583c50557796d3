"""Import and export on the pages of the admin, for administrators alone."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

import structlog
import tablib
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from audit.kinds import Kind
from facilities.exchange import packing, tables
from facilities.exchange.previews import Preview, Row
from facilities.exchange.resources import SheetResource

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object

logger = structlog.get_logger(__name__)

CSV, XLSX = "csv", "xlsx"
WRITERS: dict[str, Callable[..., bytes]] = {CSV: tables.csv_file, XLSX: tables.xlsx_file}
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("CSV or XLSX, at most 1.5 MB and 10,000 rows."),
    )


class ExchangeAdmin(Base):
    """Mix into the admin of what can be imported and exported; `resource` says how."""

    resource: ClassVar[type[SheetResource]]
    change_list_template = "admin/exchange/change_list.html"

    def get_urls(self) -> list[Any]:
        kind, guarded = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("import/", guarded(self.import_view), name=f"{kind}_import"),
            path("import/<slug:form>/", guarded(self.template_view), name=f"{kind}_template"),
            path("export/<slug:form>/", guarded(self.export_view), name=f"{kind}_export"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, (extra_context or {}) | more)

    def note_shown(self, request: HttpRequest, kind: str, rows: Iterable[Any]) -> None:
        """Note in the access log whose records an answer shows; of most kinds of rows nobody's."""

    @method_decorator(require_GET)
    def template_view(self, request: HttpRequest, form: str) -> HttpResponse:
        """Send a file with the headings and one row that is plainly nobody's."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        headings = self.resource.headings()
        return self._file(form, headings, [[self.resource.example[name] for name in headings]])

    @method_decorator(require_GET)
    def export_view(self, request: HttpRequest, form: str) -> HttpResponse:
        """Send what the list shows on all its pages, with its search and its filters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters as error:
            raise Http404 from error
        rows = list(found[: tables.MOST_ROWS + 1])
        if len(rows) > tables.MOST_ROWS:
            words = gettext("More than %(most)s rows cannot be exported at once. Filter the list.")
            self.message_user(request, words % {"most": tables.MOST_ROWS}, messages.ERROR)
            return redirect(f"{self._url('changelist')}?{request.GET.urlencode()}")
        answer = self._file(form, self.resource.headings(), self.resource().export_rows(rows))
        self.note_shown(request, Kind.EXPORT, rows)
        logger.info("exported", kind=self.opts.label_lower, rows=len(rows))
        return answer

    @method_decorator(require_http_methods(["GET", "POST"]))
    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file and show what it would do; do it when that page says so."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if "preview" in request.POST:
            return self._confirm(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._page(request, form=form)
        data = form.cleaned_data["file"].read(tables.MOST_BYTES + 1)
        try:
            preview = self._run(request, data)
        except ValidationError as error:
            form.add_error("file", error)
            return self._page(request, form=form)
        return self._show(request, data, preview)

    def _show(self, request: HttpRequest, data: bytes, preview: Preview) -> HttpResponse:
        packed = ""
        if preview.changes_something and not preview.refused:
            packed = packing.pack(data, preview.digest, purpose=self._purpose(request))
        self.note_shown(request, Kind.IMPORT, _stored(preview.changed))
        return self._page(request, preview=preview, packed=packed)

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        try:
            purpose = self._purpose(request)
            data, digest = packing.unpack(request.POST["preview"], purpose=purpose)
            with transaction.atomic():
                preview = self._run(request, data, is_final=True)
                if preview.refused or preview.digest != digest:
                    transaction.set_rollback(True)
                else:
                    self._note_done(request, preview)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return self._page(request)
        if preview.refused or preview.digest != digest:
            words = gettext("Something has changed since the preview, so nothing was imported.")
            self.message_user(request, words, messages.WARNING)
            return self._show(request, data, self._run(request, data))
        return self._page(request, done=preview)

    def _run(self, request: HttpRequest, data: bytes, *, is_final: bool = False) -> Preview:
        """Do the import in a transaction, and take it back unless it is final and all is well."""
        table = tables.read(data, self.resource.headings(), self.resource.needed)
        user = cast("User", request.user)
        with transaction.atomic():
            _allow_pauses()
            resource = self.resource(by=user, lines=table.lines, is_final=is_final)
            result = resource.import_data(
                tablib.Dataset(*table.rows, headers=table.headings),
                dry_run=not is_final,
                use_transactions=True,
                rollback_on_validation_errors=True,
                retain_instance_in_row_result=True,
            )
        return Preview.of(result, table.lines, resource.columns())

    def _note_done(self, request: HttpRequest, preview: Preview) -> None:
        who, words = cast("User", request.user).pk, gettext("Imported from a file.")
        for flag, rows in ((ADDITION, preview.new), (CHANGE, preview.changed)):
            if rows:
                LogEntry.objects.log_actions(who, _stored(rows), flag, words)
        self.note_shown(request, Kind.IMPORT, _stored([*preview.new, *preview.changed]))
        logger.info(
            "imported",
            kind=self.opts.label_lower,
            new=len(preview.new),
            changed=len(preview.changed),
            unchanged=preview.unchanged,
        )

    def _page(self, request: HttpRequest, **more: Any) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": gettext("Import %(kind)s") % {"kind": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": UploadForm(),
            "headings": self.resource.headings(),
            "needed": self.resource.needed,
        }
        return TemplateResponse(request, "admin/exchange/import.html", context | more)

    def _file(self, form: str, headings: list[str], rows: list[list[str]]) -> HttpResponse:
        if form not in WRITERS:
            raise Http404
        answer = HttpResponse(WRITERS[form](headings, rows), content_type=TYPES[form])
        name = f"{self.opts.model_name}-{timezone.localdate()}.{form}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _url(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def _purpose(self, request: HttpRequest) -> str:
        return f"{request.user.pk} {self.opts.label}"


def _stored(rows: Iterable[Row]) -> list[Any]:
    return [row.instance for row in rows]


def _allow_pauses() -> None:
    """Lift the server's limit on idle transactions: a long file is read between two statements."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
