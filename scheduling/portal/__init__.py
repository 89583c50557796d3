"""A patient's own visits: what is to come and what was, booking, moving and cancelling online.

The rules are those of the API for patients, asked of the same methods.
"""
