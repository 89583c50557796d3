"""The appointment types of the network."""

from dataclasses import dataclass
from itertools import count

from bench.places import CARE_TYPES

# Minutes, minutes of buffer, and how many of a hundred visits are of this kind.
GENERAL = ((15, 0, 24), (20, 0, 13), (30, 0, 22), (30, 5, 8), (45, 0, 7), (60, 15, 6))
OF_A_CARE_TYPE = ((30, 0, 8), (45, 10, 6), (20, 5, 6))
NAMES = ("Short", "Brief", "Standard", "Standard with notes", "Long", "Procedure")
NAMES_OF_A_CARE_TYPE = ("consultation", "first visit", "check")


@dataclass(frozen=True)
class Kind:
    """An appointment type as rows are drawn of it; `care_type` 0 is any."""

    pk: int
    name: str
    minutes: int
    buffer: int
    weight: int
    care_type: int = 0

    @property
    def length(self) -> int:
        return self.minutes + self.buffer


def kinds() -> list[Kind]:
    """Return some types for every doctor and some of each care type, the shortest first."""
    numbers = count(1)
    general = [Kind(next(numbers), name, *each) for name, each in zip(NAMES, GENERAL, strict=True)]
    special = [
        Kind(next(numbers), f"{care_type}: {name}", *each, care_type=number)
        for number, care_type in enumerate(CARE_TYPES, 1)
        for name, each in zip(NAMES_OF_A_CARE_TYPE, OF_A_CARE_TYPE, strict=True)
    ]
    return general + special


def pool(care_type: int) -> list[Kind]:
    """Return what a doctor of a care type is booked for, each type as often as it is wanted."""
    return [
        kind for kind in kinds() if kind.care_type in (0, care_type) for _ in range(kind.weight)
    ]
