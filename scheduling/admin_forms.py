"""Forms of the admin that take and show periods as the facility's clock shows them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from scheduling.absence_forms import LocalPeriodForm
from scheduling.models.hours import Absence


class AbsenceForm(LocalPeriodForm):
    """A period in local time: of the closed facility, or of the doctor's first one."""

    starts_at = forms.SplitDateTimeField(label=_("From"), widget=AdminSplitDateTime)
    ends_at = forms.SplitDateTimeField(
        label=_("Until"),
        widget=AdminSplitDateTime,
        help_text=_("Both in the facility's local time."),
    )


class TellsWhatIsAffected:
    """Leads from an absence that has just been saved to the appointments that lie in it."""

    form: ClassVar[type[forms.ModelForm]] = AbsenceForm

    def save_model(self, request: HttpRequest, absence: Absence, form: Any, change: bool) -> None:
        super().save_model(request, absence, form, change)  # type: ignore[misc]
        count = absence.affected(timezone.now()).count()
        if count:
            words = format_html(
                ngettext(
                    "{count} appointment stands in this time. "
                    '<a href="{address}">Open the work list</a> and move it.',
                    "{count} appointments stand in this time. "
                    '<a href="{address}">Open the work list</a> and move them.',
                    count,
                ),
                count=count,
                address=absence.get_absolute_url(),
            )
            messages.warning(request, words)
