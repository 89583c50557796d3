"""The REST endpoints of facilities and doctors."""
