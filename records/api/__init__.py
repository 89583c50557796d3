"""The REST endpoints of charts: what was found, noted and kept of patients."""
