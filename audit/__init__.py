"""Who saw whose record: written with every answer that shows one, only added to, and chained.

`reading` is what views call and the middleware writes; `models` are the tables, which the database
keeps append-only and links by hashes (decision 8); `verifying` proves that nothing was changed;
`roles` says what each role of the database may do.
"""
