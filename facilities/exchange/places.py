"""Facilities, the ZIP codes that they serve, and doctors as rows of a spreadsheet."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from import_export.widgets import Widget

from accounts.models import User
from facilities.exchange.cells import (
    Directory,
    Number,
    PhoneNumber,
    Reference,
    References,
    YesNo,
    column,
    folded,
    kept,
)
from facilities.exchange.resources import Key, SheetResource
from facilities.models import CareType, Doctor, Facility, ZipCodeRange


class FacilityResource(SheetResource):
    """Known by their name; where two share one, by the number behind it."""

    name = column("name")
    address_line = column("address_line")
    city = column("city")
    state = column("state")
    zip_code = column("zip_code")
    phone = column("phone", PhoneNumber())
    timezone = kept("timezone")
    capacity = column("capacity", Number())
    care_types = column("care_types", References(CareType))
    is_active = kept("is_active", YesNo())

    needed = ("name",)
    example = {
        "name": "Example Facility",
        "address_line": "1 Example Street",
        "city": "Omaha",
        "state": "NE",
        "zip_code": "68102",
        "phone": "(402) 555-0142",
        "timezone": "America/Chicago",
        "capacity": "1000",
        "care_types": "Example care; Other example care",
        "is_active": "yes",
    }

    class Meta(SheetResource.Meta):
        model = Facility
        import_id_fields = ("name",)
        fields = (
            *("name", "address_line", "city", "state", "zip_code", "phone", "timezone"),
            *("capacity", "care_types", "is_active"),
        )
        import_order = fields

    def load(self) -> None:
        super().load()
        self.directory = Directory(Facility.objects.prefetch_related("care_types"))

    def find_known(self, rows: list[dict[str, str]]) -> dict[Key, models.Model]:
        return {}

    def key_of(self, row: dict[str, str]) -> Key:
        known = self._named(row)
        return (known.pk,) if known else (folded(row["name"]),)

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Any:
        return self._named(row)

    def _named(self, row: dict[str, str]) -> Any:
        try:
            return self.directory.find(row["name"])
        except ValueError as error:
            raise ValidationError({"name": str(error)}, code="ambiguous") from error

    def import_instance(self, instance: Any, row: dict[str, str], **kwargs: Any) -> None:
        bare = row | {"name": self.directory.without_number(row["name"])}
        super().import_instance(instance, bare, **kwargs)

    def dehydrate_name(self, facility: Facility) -> str:
        return self.directory.written(facility)


class ZipCodeRangeResource(SheetResource):
    """A range is new or there already: its three columns are all that it is."""

    facility = column("facility", Reference(Facility), "facility_id")
    zip_min = column("zip_min")
    zip_max = column("zip_max")

    needed = ("facility", "zip_min", "zip_max")
    example = {"facility": "Example Facility", "zip_min": "68102", "zip_max": "68118"}

    class Meta(SheetResource.Meta):
        model = ZipCodeRange
        import_id_fields = ("facility", "zip_min", "zip_max")
        fields = ("facility", "zip_min", "zip_max")
        import_order = fields

    def find_known(self, rows: list[dict[str, str]]) -> dict[Key, models.Model]:
        return {
            (each.facility_id, each.zip_min, each.zip_max): each
            for each in ZipCodeRange.objects.all()
        }

    def key_of(self, row: dict[str, str]) -> Key | None:
        try:
            place = self.fields["facility"].clean(row)
        except ValueError:
            return None  # which is refused where the cell is read
        return (place, row["zip_min"], row["zip_max"])


class Account(Widget):
    """The account of a doctor, by its email address; the attribute holds its number."""

    def __init__(self) -> None:
        super().__init__()
        self.by_email: dict[str, int] = {}
        self.by_pk: dict[int, str] = {}

    def load(self) -> None:
        rows = User.objects.filter(role=User.Role.DOCTOR).values_list("pk", "email")
        linked = User.objects.filter(doctor__isnull=False).values_list("pk", "email")
        self.by_pk = dict(rows.union(linked))
        self.by_email = {email.casefold(): pk for pk, email in self.by_pk.items() if email}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            return None
        if value.casefold() not in self.by_email:
            raise ValueError(
                gettext("No doctor's account has this address. Add the account first.")
            )
        return self.by_email[value.casefold()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.by_pk.get(value, "")


class DoctorResource(SheetResource):
    """Known by licence number, else by the account's email; one who has neither, by name."""

    licence_number = kept("licence_number")
    email = kept("email", Account(), "user_id")
    name = column("name")
    specialization = column("specialization")
    years_of_experience = column("years_of_experience", Number())
    facilities = column("facilities", References(Facility))
    care_types = column("care_types", References(CareType))
    is_active = kept("is_active", YesNo())

    needed = ("licence_number", "name")
    example = {
        "licence_number": "EXAMPLE-1",
        "email": "",
        "name": "Dr. Example Only",
        "specialization": "Example care",
        "years_of_experience": "12",
        "facilities": "Example Facility; Other Example Facility",
        "care_types": "Example care",
        "is_active": "yes",
    }

    class Meta(SheetResource.Meta):
        model = Doctor
        import_id_fields = ("licence_number",)
        fields = (
            *("licence_number", "email", "name", "specialization", "years_of_experience"),
            *("facilities", "care_types", "is_active"),
        )
        import_order = fields

    def load(self) -> None:
        super().load()
        self.fields["email"].widget.load()

    def find_known(self, rows: list[dict[str, str]]) -> dict[Key, models.Model]:
        known: dict[Key, models.Model] = {}
        shared: set[Key] = set()
        emails = self.fields["email"].widget.by_pk
        for doctor in Doctor.objects.prefetch_related("facilities", "care_types"):
            for key in self._keys(
                doctor.licence_number, emails.get(doctor.user_id or 0), doctor.name
            ):
                shared |= {key} & known.keys()
                known[key] = doctor
        self.shared = shared
        return known

    def _keys(self, licence: str | None, email: str | None, name: str) -> list[Key]:
        keys: list[Key] = [("licence", licence)] if licence else []
        keys += [("email", email.casefold())] if email else []
        return keys or [("name", folded(name))]

    def key_of(self, row: dict[str, str]) -> Key:
        keys = self._keys(row["licence_number"], row.get("email"), row["name"])
        key = next((key for key in keys if key in self.known), keys[0])
        if key in self.shared:
            refusal = gettext(
                "Several doctors without a licence number have this name. Give them their numbers "
                "on their pages first."
            )
            raise ValidationError({"name": refusal}, code="ambiguous")
        return key
