"""Who waits for a time: the staff's list, as a patient asks the desk for a place."""
