"""Sets of patients that a person may see, and the search over them."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.passwords import refuse_weak
from facilities.refusals import translated
from patients.candidates import EXPRESSIONS, Branch, apart, mistyped, sharp, similar_tokens
from patients.likeness import Likeness, Person, closeness, likeness
from patients.merging import merge
from patients.search import Query, fold, name_tokens, parse
from patients.typed_dates import writing

if TYPE_CHECKING:
    from patients.models import Patient, PatientMerge, Registration


# Of the phone number the bare text: parsing a hundred of them would take longer than the search.
COLUMNS = ["phone_text" if name == "phone" else name for name in Person._fields]
FEW = 3


class PatientQuerySet(models.QuerySet["Patient"]):
    own_facilities: Any = None

    def visible_to(self, user: User) -> "PatientQuerySet":
        """Keep the patients of this person's facilities, and those whom no facility has taken.

        A patient sees their own record.
        """
        if user.is_admin:
            return self
        if not user.is_clinic_staff:
            return self.filter(user=user, merged_into__isnull=True)
        own = user.facilities.values("pk")
        visible = self.filter(Q(facility__in=own) | Q(facility__isnull=True))
        visible.own_facilities = own
        return visible

    def with_email(self, email: str) -> "PatientQuerySet":
        """Keep the record with this address, if there is one, in whatever case it is written."""
        with_one = self.exclude(email="").alias(lower_email=Lower("email"))
        return with_one.filter(lower_email=email.lower())

    def active(self) -> "PatientQuerySet":
        return self.filter(is_active=True)

    def search(self, text: str, limit: int = 10) -> list["Patient"]:
        """Return the patients whom a line typed at the desk most likely means, the best first.

        The line may hold names in any order, begun or mistyped, a date or year of birth, an MRN,
        a phone number or an email address; see `patients.search`. A line that holds none of these
        finds nobody. Merged records are left out: the record they went into is found.
        """
        query = parse(text, writing())
        if not query:
            return []
        found = self._ranked(query, sharp(query))
        if query.words and len(found) < FEW and not any(fit.is_exact for fit in found.values()):
            near = similar_tokens(query)
            found |= self._ranked(query, mistyped(query, near))
            if not any(fit.is_complete for fit in found.values()):
                found |= self._ranked(query, apart(query, near))
        if any(fit.is_complete for fit in found.values()):
            found = {pk: fit for pk, fit in found.items() if fit.is_complete}
        best = sorted(found, key=lambda pk: -found[pk].score)[:limit]
        patients = self.select_related("facility").in_bulk(best)
        return [patients[pk] for pk in best if pk in patients]

    def _ranked(self, query: Query, branches: Iterable[Branch]) -> dict[int, Likeness]:
        rows = [self._rows(branch) for branch in branches]
        if not rows:
            return {}
        people = {Person(*row) for row in rows[0].union(*rows[1:], all=True)}
        in_order = sorted(
            people,
            key=lambda each: (not each.is_active, each.family_name, each.given_name, each.pk),
        )
        fits = {person.pk: likeness(query, person) for person in in_order}
        return {pk: fit for pk, fit in fits.items() if fit.score > 0}

    def _rows(self, branch: Branch) -> QuerySet[Any, tuple[Any, ...]]:
        conditions = list(branch.conditions)
        if branch.by_name and self.own_facilities is not None:
            conditions[0] &= Q(names__facility__in=self.own_facilities) | Q(
                names__facility__isnull=True
            )
        patients: QuerySet[Patient] = self.annotate(**EXPRESSIONS).filter(merged_into__isnull=True)
        for condition in conditions:
            patients = patients.filter(condition)
        order = ("names__token", "names__other") if branch.by_name else ()
        return patients.order_by(*order).values_list(*COLUMNS)[: branch.limit]

    def likely_duplicates(
        self,
        given_name: str,
        family_name: str,
        date_of_birth: date | None = None,
        phone: str = "",
        limit: int = 5,
    ) -> list["Patient"]:
        """Return who may be this person already: much the same name, and date of birth or phone."""
        same = Q()
        if date_of_birth:
            same |= Q(date_of_birth=date_of_birth)
        if phone:
            same |= Q(phone=phone)
        if not same or not (given_name or family_name):
            return []
        people = self.filter(same, merged_into__isnull=True).select_related("facility")[:200]
        names = f"{given_name} {family_name}"
        scored = [(_alike(names, patient), patient) for patient in people]
        likely = [(score, patient) for score, patient in scored if score > 0]
        return [patient for _, patient in sorted(likely, key=lambda pair: -pair[0])[:limit]]

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone.own_facilities = self.own_facilities
        return clone


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: User) -> Self:
        """Keep those that the desk may decide: of people who have proved their address.

        They concern the facility that the person chose and that of the record which may be
        theirs; where there is neither, every desk.
        """
        proved = self.exclude(status=self.model.Status.UNVERIFIED)
        if user.is_admin:
            return proved
        if not user.is_clinic_staff:
            return proved.none()
        own = user.facilities.values("pk")
        nowhere = Q(facility__isnull=True, candidate__facility__isnull=True)
        return proved.filter(Q(facility__in=own) | Q(candidate__facility__in=own) | nowhere)

    def prepare(self, registration: "Registration", email: str, password: str) -> None:
        """Give a registration its account, neither of them saved.

        Nothing here depends on whether the address has an account. Raises ValidationError.
        """
        user = User(username=f"patient-{uuid4().hex[:12]}", email=email, is_active=False)
        user.full_name = str(registration)[:150]
        refuse_weak(password, user, "password")
        user.set_password(password)
        user.clean_fields()
        user.clean()
        registration.clean_fields(exclude=["user"])
        registration.clean()
        registration.user = user

    def register(self, registration: "Registration") -> bool:
        """Make the account that was prepared; return False where its address has one already.

        The account is inactive until the address is proved; until then whoever registers with the
        address next replaces it.
        """
        user = registration.user
        try:
            with transaction.atomic():
                self._give_way(user.email)
                user.save()
                registration.save()
        except IntegrityError as error:
            if getattr(translated(error), "code", "") != "address_taken":
                raise
            return False
        return True

    def unverified(self, email: str) -> Self:
        """Keep the one that waits for the code that was mailed to this address."""
        waiting = self.filter(
            status=self.model.Status.UNVERIFIED, user__in=User.objects.with_email(email)
        )
        return waiting.select_related("user")

    def _give_way(self, email: str) -> None:
        """Remove an account that holds this address without having proved it."""
        held = self.unverified(email).filter(user__is_active=False)
        for registration in held.select_for_update(of=("self",)):
            registration.user.remove()


class PatientMergeQuerySet(models.QuerySet["PatientMerge"]):
    def merge(
        self,
        patient: "Patient",
        *,
        into: "Patient",
        by: User | None,
        take: Iterable[str] | None = None,
        **versions: int | None,
    ) -> "PatientMerge":
        """Merge a patient's record into another of the same person, and close it.

        What refers to it goes over, and what is empty in the other is filled from it, or else what
        `take` names is taken over. `version` and `into_version` say what the two were read as.
        Raises ValidationError as `patients.merging.merge` does; nothing has changed then.
        """
        record = self.model(merged=patient, into=into, by=by)
        with transaction.atomic():
            merge(record, take=take, **versions)
        return record

    def in_force(self) -> "PatientMergeQuerySet":
        return self.filter(undone_at__isnull=True)

    def in_force_of(self, patient: "Patient") -> "PatientMerge":
        """Return the merge that closed this patient's record; raise ValidationError without one."""
        merges = self.filter(merged=patient, undone_at__isnull=True)
        record = merges.select_related("merged", "into", "by").first()
        if record is None:
            raise ValidationError(
                _("This record is not merged into another, so there is nothing to undo."),
                code="not_merged",
            )
        return record


def _alike(names: str, patient: "Patient") -> float:
    """Return how alike the names are, 0 unless most words of both have a counterpart."""
    typed = set(name_tokens(names))
    known = name_tokens(f"{patient.given_name} {patient.family_name} {patient.maiden_name}")
    fits = [max((closeness(word, token) for token in known), default=0) for word in typed]
    return sum(fits) / len(fits) if fits and sum(fit > 0 for fit in fits) * 2 > len(fits) else 0
