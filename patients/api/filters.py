from django.db.models import Case, QuerySet, Value, When
from django_filters import rest_framework as filters

from api.filters import Id, Ordering, YesNo
from patients.models import Patient, Registration
from patients.querysets import PatientQuerySet
from patients.search import LONGEST_TEXT

MOST_FOUND = 50


class PatientFilter(filters.FilterSet):
    facility = Id()
    assigned_doctor = Id()
    date_of_birth = filters.DateFilter()
    mrn = filters.CharFilter(max_length=20, help_text="The whole medical record number.")
    is_active = YesNo()
    q = filters.CharFilter(
        method="found",
        max_length=LONGEST_TEXT,
        help_text=f"Names, a date of birth, a phone number, an MRN or an email address, in any "
        f"order, begun or mistyped. The {MOST_FOUND} likeliest, the best first.",
    )
    ordering = Ordering(
        fields=["family_name", "given_name", "date_of_birth", "created_at", "updated_at", "id"]
    )

    class Meta:
        model = Patient
        fields: list[str] = []

    def found(self, rows: PatientQuerySet, name: str, value: str) -> QuerySet:
        """Keep whom the search finds, in its order."""
        people = rows.select_related(None).prefetch_related(None).search(value, limit=MOST_FOUND)
        places = [When(pk=each.pk, then=Value(place)) for place, each in enumerate(people)]
        return rows.filter(pk__in=[each.pk for each in people]).order_by(Case(*places), "pk")


class RegistrationFilter(filters.FilterSet):
    status = filters.ChoiceFilter(
        choices=[
            each
            for each in Registration.Status.choices
            if each[0] != Registration.Status.UNVERIFIED
        ]
    )
    facility = Id()
    ordering = Ordering(fields=["verified_at", "created_at", "id"])

    class Meta:
        model = Registration
        fields: list[str] = []
