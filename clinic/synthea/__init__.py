"""Import of the files that Synthea, the generator of synthetic patients, exports as CSV.

Each file is read as a stream and written in one transaction: all of its rows or none. Rows are
known again by their Synthea Id, or by what they say, so importing twice changes nothing. A row is
*broken* when a fact that we need is missing or contradicts itself; then its whole file is refused.
A fact that we can do without is *left out*, with the reason, and the rest of its row is kept.
Reports name a file, a line and a column, and never what stands there: it may be about a person.
"""

SYSTEM = "https://github.com/synthetichealth/synthea"
