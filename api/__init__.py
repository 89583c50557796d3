"""How every REST endpoint speaks: errors, pages, ETags, idempotent POSTs, rate limits, the schema.

Knows no app of the clinic. Each app has its endpoints in its own `api/` package, built on this one.
"""
