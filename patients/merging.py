"""Two records of one person become one, and two again when that was wrong.

Everything that refers to the record that is closed goes over to the one that stays, whichever app
it belongs to: the foreign keys to a patient say what there is. The rows are locked before the
patients, and these in the order of their ids, as bookings lock them. What may not be together, such
as two visits at one time, the database refuses.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from facilities.refusals import refusals

if TYPE_CHECKING:
    from patients.models import Patient, PatientMerge

# Taken over together where all of them are empty: half of each address would be nobody's.
TAKEN_OVER = (
    *(("maiden_name",), ("gender",), ("phone",), ("email",), ("language",)),
    ("address_line", "city", "state", "zip_code"),
    *(("facility_id",), ("assigned_doctor_id",), ("user_id",)),
)
# Taken over only by who chooses so: every record has these.
CHOSEN = (("given_name",), ("family_name",), ("date_of_birth",))
# What only one record may hold is taken from the other.
EMPTY_AGAIN = {"email": "", "user_id": None}

# What speaks of a record and not of the person: it stays where it is.
OF_THE_RECORD = frozenset(
    {"patients.patientmerge", "patients.patientchange", "patients.differentpeople"}
)

# A foreign key; the stubs do not know all that Django documents of it.
Key = Any


def merge(
    record: "PatientMerge",
    *,
    version: int | None = None,
    into_version: int | None = None,
    take: Iterable[str] | None = None,
) -> None:
    """Close `record.merged`, move what is its own to `record.into`, and save the record of it.

    `take` names what `into` takes over, by the first column of each group in `TAKEN_OVER` or
    `CHOSEN`; without it `into` takes over what it has not.

    Raises ValidationError: `stale` over a later version than the one given, `merged_already`,
    `into_closed`, `itself`, `deceased`, `two_accounts`, or what refuses a row, such as
    `patient_busy`, naming it.
    """
    merged, into = record.merged, record.into
    keys = keys_to(type(merged))
    lock(keys, merged, into)
    refuse_changed(merged, version)
    refuse_changed(into, into_version)
    refuse_merge(merged, into)
    record.was_active = merged.is_active
    lacking = missing(merged, into)
    # The account goes with the person, whatever is chosen.
    take_over(record, lacking if take is None else {*take, *({"user_id"} & set(lacking))})
    merged.merged_into, merged.is_active = into, False
    merged.save()
    into.save()
    rows = {label(key): owned(key, merged) for key in keys}
    for key in keys:
        move(key, rows[label(key)], into, record.by)
    record.moved = {name: ids for name, ids in rows.items() if ids}
    record.save()


def undo(record: "PatientMerge", by: User | None) -> None:
    """Open the closed record again and give it back what came from it and is still there.

    Raises ValidationError `not_merged`, `into_merged`, or what the database refuses.
    """
    merged, into = record.merged, record.into
    keys = keys_to(type(merged))
    lock(keys, merged, into)
    record.refresh_from_db(fields=["undone_at"])
    refuse_undo(record)
    give_back(record)
    home, merged.facility_id = merged.facility_id, None
    merged.merged_into, merged.is_active = None, True
    merged.save()
    for key in keys:
        ids = set(record.moved.get(label(key), ())) & set(owned(key, into))
        move(key, sorted(ids), merged, by)
    merged.facility_id, merged.is_active = home, record.was_active
    merged.save()
    record.undone_at, record.undone_by = timezone.now(), by
    record.save()


def keys_to(model: type[models.Model]) -> list[Key]:
    """Return the foreign keys to a model, of every app, what is referred to before what refers.

    Left out are those that the database does not hold, as triggers keep such rows, and those of
    what speaks of a record itself.
    """
    relations = model._meta.get_fields(include_hidden=True)  # noqa: SLF001 - documented by Django
    keys: list[Key] = [each.field for each in relations if isinstance(each, models.ManyToOneRel)]
    return [
        key
        for key in keys
        if key.db_constraint and key.model._meta.label_lower not in OF_THE_RECORD  # noqa: SLF001
    ]


def label(key: Key) -> str:
    return f"{key.model._meta.label_lower}.{key.name}"  # noqa: SLF001 - documented by Django


def counts(moved: dict[str, list[Any]]) -> dict[str, int]:
    """Return how many rows there are of each model, by its plural name in English.

    What a model with `is_told_of_merges = False` holds goes over unmentioned.
    """
    models_of = {name: apps.get_model(name.rpartition(".")[0]) for name in moved}
    totals: Counter[str] = Counter()
    for name, model in models_of.items():
        if not getattr(model, "is_told_of_merges", True):
            continue
        with translation.override(None):
            plural = str(model._meta.verbose_name_plural)  # noqa: SLF001 - documented by Django
        totals[plural] += len(moved[name])
    return dict(totals)


def owned(key: Key, patient: "Patient") -> list[Any]:
    """Return the ids of the rows that refer to a patient by this key."""
    rows = key.model._base_manager.filter(**{key.name: patient.pk})  # noqa: SLF001
    return list(rows.order_by("pk").values_list("pk", flat=True))


def lock(keys: list[Key], *patients: "Patient") -> None:
    """Lock what refers to the patients, then these, and read them again."""
    ids = [patient.pk for patient in patients]
    for key in reversed(keys):
        rows = key.model._base_manager.filter(**{f"{key.name}__in": ids})  # noqa: SLF001
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    for patient in sorted(patients, key=lambda each: each.pk):
        rows = type(patient).objects.select_for_update(no_key=True)
        patient.refresh_from_db(from_queryset=rows)


def refuse_changed(patient: "Patient", since: int | None) -> None:
    if since is not None and patient.version != since:
        raise ValidationError(
            _(
                "Somebody else has changed the record with MRN %(mrn)s since you read it. "
                "Read it again, then repeat the merge."
            ),
            code="stale",
            params={"mrn": patient.mrn},
        )


def refuse_merge(merged: "Patient", into: "Patient") -> None:
    if merged.pk == into.pk:
        raise ValidationError(
            _("A record cannot be merged into itself. Choose the other record."), code="itself"
        )
    if merged.merged_into_id is not None:
        raise ValidationError(
            _("This record has been merged already. Open the record that replaced it."),
            code="merged_already",
        )
    if not into.is_active:
        raise ValidationError(
            _("The record that is to stay is closed. Open it first, or choose another."),
            code="into_closed",
        )
    if merged.deceased_on:
        raise ValidationError(
            _(
                "This record says that the patient has died, the other does not. Find out which is "
                "right, and correct the other first."
            ),
            code="deceased",
        )
    if merged.user_id is not None and into.user_id is not None:
        raise ValidationError(
            _(
                "Both records have an account, and one record can have one alone. Find out which "
                "the patient uses, and ask an administrator to delete the other in Django admin "
                "first."
            ),
            code="two_accounts",
        )


def refuse_undo(record: "PatientMerge") -> None:
    if record.undone_at is not None:
        raise ValidationError(_("This merge has been undone already."), code="not_merged")
    if record.into.merged_into_id is not None:
        raise ValidationError(
            _("The record that this one went into has been merged since. Undo that merge first."),
            code="into_merged",
        )


def missing(merged: "Patient", into: "Patient") -> list[str]:
    """Return the groups that only the record to be closed has, by their first columns."""
    return [
        group[0]
        for group in TAKEN_OVER
        if all(is_empty(into, name) for name in group)
        and not all(is_empty(merged, name) for name in group)
    ]


def take_over(record: "PatientMerge", take: Iterable[str]) -> None:
    """Set in `into` what it is to take over, and note in the record what stood there."""
    merged, into, chosen = record.merged, record.into, set(take)
    for name in [name for group in (*CHOSEN, *TAKEN_OVER) if group[0] in chosen for name in group]:
        value, was = getattr(merged, name), getattr(into, name)
        if value == was:
            continue
        record.filled[name] = as_json(value)
        if not is_empty(into, name):
            record.replaced[name] = as_json(was)
        setattr(into, name, value)
        if name in EMPTY_AGAIN:
            setattr(merged, name, EMPTY_AGAIN[name])


def as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def give_back(record: "PatientMerge") -> None:
    """Set what was taken over and still says the same to what stood there, and save."""
    merged, into = record.merged, record.into
    fields = {f.attname: f for f in into._meta.concrete_fields}  # noqa: SLF001 - documented
    for name, value in record.filled.items():
        if as_json(getattr(into, name)) == value:
            setattr(into, name, _before(fields[name], record.replaced.get(name)))
        if name in EMPTY_AGAIN:
            setattr(merged, name, value)
    into.save()


def _before(field: Any, was: Any) -> Any:
    if was is None:
        return field.get_default()
    return was if field.is_relation else field.to_python(was)


def is_empty(patient: "Patient", name: str) -> bool:
    value = getattr(patient, name)
    return not value or (name == "gender" and value == patient.Gender.UNKNOWN)


def move(key: Key, ids: Collection[Any], patient: "Patient", by: User | None) -> None:
    """Let rows refer to another patient.

    Raises ValidationError that names the one refused, unless `by` does not see that one.
    """
    try:
        _refer(key, ids, patient)
    except ValidationError as error:
        for pk in ids:
            try:
                _refer(key, [pk], patient)
            except ValidationError as refusal:
                raise _naming(key, pk, refusal, by) from error
        raise


def _refer(key: Key, ids: Collection[Any], patient: "Patient") -> None:
    names = {field.name for field in key.model._meta.fields}  # noqa: SLF001 - documented by Django
    noted: dict[str, Any] = {"updated_at": timezone.now(), "version": F("version") + 1}
    noted = {name: value for name, value in noted.items() if name in names}
    rows = key.model._base_manager.filter(pk__in=ids)  # noqa: SLF001 - documented by Django
    with refusals(), transaction.atomic():
        rows.update(**{key.name: patient}, **noted)


def _naming(key: Key, pk: Any, refusal: ValidationError, by: User | None) -> ValidationError:
    row = key.model._base_manager.get(pk=pk)  # noqa: SLF001 - documented by Django
    kind = key.model._meta.verbose_name  # noqa: SLF001 - documented by Django
    if by is not None and not _sees(by, row):
        return ValidationError(
            _(
                "One %(kind)s at a facility that you do not see cannot go over to the other "
                "record. Ask an administrator, who sees every facility, to change or cancel it."
            ),
            code=refusal.code,
            params={"kind": kind},
        )
    return ValidationError(
        _(
            "The %(what)s cannot go over to the other record: change or cancel it first. "
            "%(refusal)s"
        ),
        code=refusal.code,
        params={"what": f"{kind} “{row}”", "refusal": refusal.messages[0]},
    )


def _sees(user: User, row: Any) -> bool:
    rows = type(row)._default_manager  # noqa: SLF001 - documented by Django
    return not hasattr(rows, "visible_to") or rows.visible_to(user).filter(pk=row.pk).exists()
