"""One doctor's diary, filled from the start of each session: a visit, the next, now and then a gap.

Each visit adds to the free time that is due at the wanted fullness, and a gap is left as soon as
enough is due for it. Most gaps of a full day are too short for half an hour; the emptier the day,
the longer they are.
"""

import random
from collections.abc import Iterator

from bench.kinds import Kind

GAPS = (*(5,) * 30, *(10,) * 36, *(15,) * 20, *(20,) * 9, 30, 30, 30, 45, 60)
GAP_PER_MINUTE = 0.12  # free minutes for each booked one, up to which gaps stay as they are above


class Diary:
    """What one doctor is booked for, and where it stands: free minutes due, gaps to come."""

    def __init__(self, pool: list[Kind], rng: random.Random) -> None:
        self.pool, self.random = pool, rng.random
        self.shortest = min(pool, key=lambda kind: kind.length)
        self.gap = self._draw()
        self.due = self.random() * self.gap
        self.rest = 0.0

    def fill(self, starts: int, ends: int, share: float) -> Iterator[tuple[int, Kind]]:
        """Yield the visits of one session, in minutes of the day, at a share of its time."""
        at, free = starts, (1 - share) / share
        stretch = max(1.0, free / GAP_PER_MINUTE)
        while True:
            at += self._take_rest(ends - at)
            kind = self.pool[int(self.random() * len(self.pool))]
            if at + kind.length > ends:
                kind = self.shortest
            if at + kind.length > ends:
                self.due -= ends - at
                return
            yield at, kind
            at += kind.length
            self.due += kind.length * free
            if self.due >= self.gap * stretch:
                self.rest = self.gap * stretch
                self.due -= self.rest
                self.gap = self._draw()

    def _take_rest(self, left: int) -> int:
        """Return how much of the present gap lies before the session ends, on the grid of 5."""
        taken = min(left, round(self.rest / 5) * 5)
        self.rest = max(0.0, self.rest - taken) if taken == left else 0.0
        return taken

    def _draw(self) -> int:
        return GAPS[int(self.random() * len(GAPS))]
