"""A clinic to try things out with: invented, the same every time, and arranged around now.

Everything is drawn from one seeded generator, so two loads at the same moment give the same
clinic. No row is about anybody: telephone numbers are from the range kept for fiction (555-01xx),
mail addresses end in example.org.
"""

from clinic.demo.loading import load

__all__ = ["load"]
