"""What the search by name reads; triggers write it, see `patients.triggers`."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func

from facilities.models import Facility
from patients.models.patient import Patient


class PatientName(models.Model):
    """A word of a patient's name beside another word of it: what search by name reads.

    Both directions are kept, so that "smith jo" and "jo smith" each are one range of one index.
    The facility and the date of birth are carried along to be filtered on inside that index.
    Triggers write these rows, see `patients.triggers`; nothing else does.
    """

    pk = models.CompositePrimaryKey("patient_id", "token", "other")
    patient = models.ForeignKey(
        Patient,
        on_delete=models.DO_NOTHING,
        related_name="names",
        db_constraint=False,
        db_index=False,
    )
    token = models.TextField(db_collation="C")
    other = models.TextField(db_collation="C")
    facility = models.ForeignKey(
        Facility,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    date_of_birth = models.DateField()

    class Meta:
        indexes = [
            models.Index(
                fields=["token", "other"],
                include=["date_of_birth", "facility", "patient"],
                name="patient_name_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.token} {self.other}".strip()


class NameToken(models.Model):
    """The dictionary: each word that occurs in some patient's name, once."""

    token = models.TextField(primary_key=True, db_collation="C")

    class Meta:
        indexes = [
            # The word with a letter or two left out: equal to that of any word a slip away.
            GinIndex(
                Func(
                    "token", function="patients_slips", output_field=ArrayField(models.TextField())
                ),
                name="name_token_slips",
                fastupdate=False,
            )
        ]

    def __str__(self) -> str:
        return self.token
