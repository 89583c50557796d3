"""Cells of a CSV file as a spreadsheet may open them."""

import re

# A spreadsheet takes a cell that begins so for a formula.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Without this sign a spreadsheet takes the letters of many languages for others.
BYTE_ORDER_MARK = "\ufeff"

# Apostrophes before it count too: `as_meant` could not tell them from the one of `harmless`.
_DANGEROUS = re.compile("'*[" + re.escape("".join(BEGINS_A_FORMULA)) + "]")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def as_meant(cell: str) -> str:
    """Return the cell that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell
