"""The one error of the launcher."""


class PostgresError(Exception):
    """PostgreSQL could not be started, used or stopped; the message says what to do next."""
