"""Patients, their accounts, what is said with them, and what finds them."""

from patients.models.change import PatientChange
from patients.models.contact import ContactEntry
from patients.models.different_people import DifferentPeople
from patients.models.merge import PatientMerge
from patients.models.names import NameToken, PatientName
from patients.models.patient import NextMRN, Patient, PatientIdentifier
from patients.models.registration import Registration

__all__ = [
    "ContactEntry",
    "DifferentPeople",
    "NameToken",
    "NextMRN",
    "Patient",
    "PatientChange",
    "PatientIdentifier",
    "PatientMerge",
    "PatientName",
    "Registration",
]
