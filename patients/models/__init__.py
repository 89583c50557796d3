"""Patients, their accounts, and what finds them."""

from patients.models.merge import PatientMerge
from patients.models.names import NameToken, PatientName
from patients.models.patient import NextMRN, Patient, PatientIdentifier
from patients.models.registration import Registration

__all__ = [
    "NameToken",
    "NextMRN",
    "Patient",
    "PatientIdentifier",
    "PatientMerge",
    "PatientName",
    "Registration",
]
