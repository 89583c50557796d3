"""The REST endpoints of patients, and of the accounts with which they see their own record."""
