"""Cells of a CSV file as a spreadsheet may open them."""

# A spreadsheet takes a cell that begins so for a formula.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Without this sign a spreadsheet takes the letters of many languages for others.
BYTE_ORDER_MARK = "\ufeff"


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell
