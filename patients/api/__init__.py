"""The REST endpoints of patients."""
