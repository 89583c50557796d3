"""What all clinical rows have in common."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Facility
from facilities.refusals import refusals
from patients.models import Patient


class System(models.TextChoices):
    """Where a code comes from; SNOMED codes have up to 18 digits and are text."""

    SNOMED = "SNOMED-CT", "SNOMED CT"
    RXNORM = "RxNorm", "RxNorm"
    ICD10 = "ICD-10-CM", "ICD-10-CM"
    LOCAL = "", _("No code system")


code_validator = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9.\-]*$", _("Enter the code alone, such as 419199007 or J45.20.")
)


class Clinical(models.Model):
    """A row of somebody's chart: it says who wrote it, when and where, and is never deleted.

    What was wrong is marked as entered in error, with who, when and why. `source_id` is the row's
    id in the system it was imported from; only an imported row may lack an author.
    """

    # A merge of two records moves clinical rows without telling the desk that there are any.
    is_told_of_merges = False

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="recorded_%(class)s",
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    source_system = models.CharField(max_length=64, blank=True, default="", editable=False)
    source_id = models.CharField(max_length=128, blank=True, default="", editable=False)
    error_at = models.DateTimeField(null=True, editable=False)
    error_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="mistaken_%(class)s",
    )
    error_reason = models.CharField(max_length=200, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def record(self) -> None:
        """Save this new row; raise ValidationError for what a rule or the database refuses."""
        self.full_clean(exclude=["patient", "facility", "encounter", "appointment"])
        with refusals(), transaction.atomic():
            self.save(force_insert=True)

    def mark_entered_in_error(self, *, by: User, reason: str) -> None:
        """Say that this row is wrong; it stays to be read.

        The author and doctors may. Raises ValidationError `not_yours` or `entered_in_error`.
        """
        if by.pk != self.recorded_by_id and by.role != User.Role.DOCTOR:
            raise ValidationError(
                gettext("Somebody else wrote this. Ask its author or a doctor to mark it."),
                code="not_yours",
            )
        self._change(error_at=timezone.now(), error_by=by, error_reason=reason.strip())

    def _change(self, **changes: Any) -> None:
        """Set columns of the row as it stands; raise ValidationError for a row in error."""
        with refusals(), transaction.atomic():
            self.refresh_from_db(from_queryset=self._locked())
            self._refuse_in_error()
            for name, value in changes.items():
                setattr(self, name, value)
            self.save(update_fields=[*changes, "updated_at"])

    def _locked(self) -> Any:
        model: Any = type(self)
        return model.objects.select_for_update(no_key=True)

    def _refuse_in_error(self) -> None:
        if self.is_in_error:
            raise ValidationError(
                gettext(
                    "This was marked as entered in error and is not changed any more. "
                    "Add a new entry."
                ),
                code="entered_in_error",
            )

    @property
    def is_in_error(self) -> bool:
        return self.error_at is not None

    @property
    def error_words(self) -> str:
        """Return why it is wrong, as it was typed."""
        return self.error_reason


class Course(Clinical):
    """A clinical row whose course goes on after it was written, until it comes to its end."""

    END: str

    encounter = models.ForeignKey(
        "records.Encounter", on_delete=models.PROTECT, null=True, blank=True, editable=False
    )
    code = models.CharField(
        _("code"), max_length=32, blank=True, default="", validators=[code_validator]
    )
    system = models.CharField(
        _("code system"), max_length=16, choices=System, blank=True, default=""
    )
    description = models.CharField(_("what"), max_length=255)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="ended_%(class)s",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def end(self, at: Any, *, by: User) -> None:
        """Say that it is over since `at`, a day or an instant as `END` is.

        Raises ValidationError `ended_already`, or `ahead`: until then it goes on.
        """
        refuse_ahead(at, self.patient)
        with transaction.atomic():
            if getattr(self._locked().get(pk=self.pk), self.END) is not None:
                raise ValidationError(
                    gettext("Somebody has ended this already. Look at the chart again."),
                    code="ended_already",
                )
            self._change(**{self.END: at, "ended_by": by})

    @property
    def is_active(self) -> bool:
        return getattr(self, self.END) is None and not self.is_in_error


def refuse_ahead(at: date | None, patient: Patient, field: str = "") -> None:
    """Raise ValidationError `ahead`, of this field, for an instant or a day to come.

    A day is one by the clock on which the chart is shown.
    """
    now = timezone.now()
    latest = now if isinstance(at, datetime) else timezone.localdate(now, timezone=patient.tz)
    if at and at > latest:
        error = ValidationError(
            gettext("This day lies ahead. Enter since when it has been so."), code="ahead"
        )
        raise ValidationError({field: error}) if field else error


def clinical_constraints(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of a clinical table."""
    wrong = Q(error_at__isnull=False, error_by__isnull=False) & ~Q(error_reason="")
    return [
        models.CheckConstraint(
            condition=Q(error_at__isnull=True, error_by__isnull=True, error_reason="") | wrong,
            name=f"{name}_error_complete",
            violation_error_code="reason_missing",
            violation_error_message=_("Say why this is wrong."),
        ),
        models.CheckConstraint(
            condition=Q(recorded_by__isnull=False) | ~Q(source_id=""),
            name=f"{name}_has_author",
        ),
        models.UniqueConstraint(
            fields=["source_system", "source_id"],
            condition=~Q(source_id=""),
            name=f"{name}_source_unique",
            violation_error_code="source_taken",
            violation_error_message=_("This was imported already. Leave it out."),
        ),
    ]


def in_order(name: str, starts: str, ends: str) -> models.CheckConstraint:
    """Return the constraint that something ends no earlier than it begins."""
    return models.CheckConstraint(
        condition=Q(**{f"{starts}__isnull": True})
        | Q(**{f"{ends}__isnull": True})
        | Q(**{f"{ends}__gte": models.F(starts)}),
        name=f"{name}_in_order",
        violation_error_code="ends_before_start",
        violation_error_message=_("It cannot end before it began. Check the two dates."),
    )
