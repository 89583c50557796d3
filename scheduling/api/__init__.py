"""The REST endpoints of scheduling: appointments, slots, hours, absences, waitlist, series."""
