"""How the clinic does: figures for managers, each one statement over many appointments.

`statements.py` has the SQL, `scope.py` what is looked at, `figures.py` and `access.py` what the
numbers mean, `plots.py` where the ink goes. The definitions are in `docs/desk/insight.md`.
"""
