"""Appointments over the API: the same operations as at the desk, one address each."""
