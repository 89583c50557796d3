"""How large the network is, and from which day it is seen."""

from dataclasses import dataclass

FORTNIGHT, DAYS_AHEAD, DAYS_BACK = 14, 60, 3 * 365


@dataclass(frozen=True)
class Plan:
    """The parameters of one network; equal plans on one day make equal rows.

    Without `history` the past has as many appointments as bring the total to `appointments`.
    """

    facilities: int = 200
    doctors: int = 1_000
    patients: int = 200_000
    appointments: int = 1_000_000
    history: int | None = None
    seed: int = 2026

    @property
    def database(self) -> str:
        """Return the name of the database for a network of this size."""
        return "bench_clinic" if self.history is None else f"bench_clinic_{self.history}"


def fullness(ahead: int) -> float:
    """Return the share of working time that is booked so many days from today.

    0.94 today and 0.86 on the fourteenth day, 0.9 on the whole; then ever less, to 0.05.
    """
    if ahead < FORTNIGHT:
        return 0.94 - 0.08 * ahead / (FORTNIGHT - 1)
    return 0.86 - 0.81 * (ahead - FORTNIGHT + 1) / (DAYS_AHEAD - FORTNIGHT)
