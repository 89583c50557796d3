"""Appointments that repeat. A patient books one visit at a time; series are the staff's."""
