"""The statement behind `patients.duplicates`.

Each block of `candidate` joins the patients of one facility, on equal values, with all that the
person asking sees. levenshtein_less_equal stops counting at its bound; it refuses more than 255
bytes, so names are cut to 50 letters first.
"""


def _initials(row: str) -> str:
    """Return both initials in alphabetical order, so that swapped names have the same."""
    given, family = (f"lower(left({row}.{name}, 1))" for name in ("given_name", "family_name"))
    return f"least({given}, {family}) || greatest({given}, {family})"


def _near(a: str, b: str) -> str:
    """Say that two dates share two parts of three, or that day and month are swapped."""

    def same(part: str, other: str | None = None) -> str:
        return f"(extract({part} FROM {a}) = extract({other or part} FROM {b}))"

    return f"""
        ({same("year")}::int + {same("month")}::int + {same("day")}::int = 2
        OR {same("year")} AND {same("month", "day")} AND {same("day", "month")})
    """


# What two records share to be compared at all. The first line of each is what an index looks up.
_BLOCKS = (
    f"""a.date_of_birth = b.date_of_birth
        AND (a.family_name = b.family_name OR a.given_name = b.given_name
            OR {_initials("a")} = {_initials("b")})""",
    f"""a.family_name = b.family_name AND a.given_name = b.given_name
        AND {_near("a.date_of_birth", "b.date_of_birth")}""",
    """a.phone = b.phone
        AND a.phone <> ''""",
)
# As often the statement asks for the facility.
BLOCKS = len(_BLOCKS)
_CANDIDATES = " UNION ".join(
    f"""
    SELECT least(a.id, b.id) AS x, greatest(a.id, b.id) AS y
    FROM patients_patient a JOIN patients_patient b ON {same}
    WHERE a.id <> b.id AND {{here}}
    """
    for same in _BLOCKS
)

# Letters that two names may differ in: none up to three letters, one up to five, else two.
_SLIPS = "(length({0}) > 3)::int + (length({0}) > 5)::int"


def _alike(a: str, b: str) -> str:
    """Return 3 for the same name, 2 for one a slip away or begun, 1 for an initial, else 0."""
    return f"""
        CASE WHEN {a} = '' OR {b} = '' THEN 0
             WHEN {a} = {b} THEN 3
             WHEN least(length({a}), length({b})) > 2
                  AND (starts_with({a}, {b}) OR starts_with({b}, {a})) THEN 2
             WHEN levenshtein_less_equal({a}, {b}, {_SLIPS.format(a)}) <= {_SLIPS.format(a)} THEN 2
             WHEN least(length({a}), length({b})) = 1 AND left({a}, 1) = left({b}, 1) THEN 1
             ELSE 0 END
    """


def _folded(name: str) -> str:
    """Fold what has more than plain letters; for the others lower case is the same, and quick."""
    return f"""
        left(CASE WHEN {name} ~ '^[A-Za-z ]*$' THEN lower({name}) ELSE patients_fold({name}) END,
            50)
    """


LIKELY_PAIRS = f"""
WITH seen (id) AS ({{visible}}),
candidate AS (
    {_CANDIDATES}
),
written AS MATERIALIZED (
    SELECT x, y, a.date_of_birth AS born_x, b.date_of_birth AS born_y,
        {_folded("a.given_name")} AS gx, {_folded("b.given_name")} AS gy,
        {_folded("a.family_name")} AS fx, {_folded("b.family_name")} AS fy,
        {_folded("a.maiden_name")} AS mx, {_folded("b.maiden_name")} AS my,
        a.phone <> '' AND a.phone = b.phone AS same_phone,
        a.address_line <> '' AND a.zip_code = b.zip_code
            AND lower(a.address_line) = lower(b.address_line) AS same_address,
        a.gender <> b.gender AND 'unknown' NOT IN (a.gender, b.gender) AS other_gender
    FROM candidate JOIN seen seen_x ON seen_x.id = x JOIN seen seen_y ON seen_y.id = y
    JOIN patients_patient a ON a.id = x JOIN patients_patient b ON b.id = y
),
weighed AS MATERIALIZED (
    SELECT x, y, same_phone, same_address, other_gender, born_x = born_y AS same_born,
        born_x <> born_y AND {_near("born_x", "born_y")} AS near_born,
        {_alike("gx", "gy")} AS given,
        greatest({_alike("fx", "fy")}, {_alike("fx", "my")}, {_alike("mx", "fy")}) AS family,
        gx = fy AND fx = gy AND gx <> fx AS swapped
    FROM written
),
scored AS MATERIALIZED (
    SELECT *, 3 * same_born::int + near_born::int + 3 * same_phone::int + 2 * same_address::int
        - 2 * other_gender::int - 2 * (NOT same_born AND NOT near_born)::int
        + CASE WHEN swapped THEN 5 ELSE given + family END AS score
    FROM weighed WHERE swapped OR given > 0 AND (family > 0 OR same_phone OR same_address)
)
SELECT x, y, score, count(*) OVER () AS total, same_born, near_born,
    given = 3 AND family = 3 AS same_name, NOT swapped AND given + family < 6 AS like_name,
    swapped, same_phone, same_address
FROM scored
WHERE score >= 7 AND NOT EXISTS (
    SELECT FROM {{apart}} d WHERE d.first_id = x AND d.second_id = y AND d.undone_at IS NULL
)
ORDER BY score DESC, y DESC, x DESC LIMIT %s OFFSET %s
"""
