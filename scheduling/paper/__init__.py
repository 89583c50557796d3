"""What the desk hands out on paper, as PDF: day sheets and appointment slips.

Nothing here asks the database; the views decide who may print what.
"""
