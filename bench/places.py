"""The facilities of the network, who works there and when; drawn at random, not yet written."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import zipcodes

from bench.plan import DAYS_AHEAD, Plan

# A stretch of country some 1,500 km wide, in two time zones.
STATES = {"CO", "IA", "KS", "MO", "NE", "SD"}
ZIP_CODES_EITHER_SIDE = 30
CARE_TYPES = (
    *("Family medicine", "Internal medicine", "Pediatrics", "Cardiology", "Dermatology"),
    *("Women’s health", "Orthopedics", "Neurology", "Psychiatry", "Ophthalmology"),
    *("Endocrinology", "Physical therapy"),
)
OFTEN = (24, 16, 12, 8, 7, 7, 6, 5, 5, 4, 3, 3)
AT_TWO_FACILITIES = 0.3
WITH_SECOND_CARE_TYPE = 0.2
WITHOUT_ROOM = 0.15
ON_LEAVE, ON_A_COURSE, CLOSED = 0.12, 0.1, 0.08
NOON = 12 * 60

# A morning and an afternoon, in minutes of the local day.
DAYS = (
    *(((480, 720), (780, 1020)),) * 5,
    ((450, 690), (720, 960)),
    ((510, 720), (765, 1035)),
    ((540, 750), (810, 1080)),
    ((420, 660), (690, 900)),
    ((600, 840), (870, 1140)),
)


class Session(NamedTuple):
    """A doctor's hours at a facility on one weekday, in minutes of the local day."""

    doctor: int
    weekday: int
    starts: int
    ends: int


@dataclass
class Site:
    """A facility as rows are drawn for it.

    `rooms` maps each doctor here to their room, 0 for none; `closed` a day to the minute it closes.
    """

    pk: int
    zip_code: dict[str, Any]
    zip_ranges: list[tuple[str, str]]
    sessions: list[Session] = field(default_factory=list)
    rooms: dict[int, int] = field(default_factory=dict)
    closed: dict[date, int] = field(default_factory=dict)
    patients: range = range(0)

    @property
    def timezone(self) -> str:
        return str(self.zip_code["timezone"])


@dataclass
class Practitioner:
    """A doctor as rows are drawn for them; `away` maps a day to the minute they leave."""

    pk: int
    care_types: list[int]
    sites: list[Site]
    away: dict[date, int] = field(default_factory=dict)


@dataclass
class Network:
    sites: list[Site]
    doctors: list[Practitioner]

    def __post_init__(self) -> None:
        self.sessions = [session for site in self.sites for session in site.sessions]
        self._away = {doctor.pk: doctor.away for doctor in self.doctors}
        self._weekly: defaultdict[tuple[int, int], list[Session]] = defaultdict(list)
        for site in self.sites:
            for session in site.sessions:
                self._weekly[site.pk, session.weekday].append(session)

    @property
    def offered(self) -> dict[int, list[int]]:
        """Map each facility to the care types that its doctors provide."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for doctor in self.doctors:
            for site in doctor.sites:
                found[site.pk].update(doctor.care_types)
        return {site: sorted(care_types) for site, care_types in found.items()}

    def sessions_on(self, site: Site, day: date) -> Iterator[Session]:
        """Yield the hours at a facility on a day, less what closures and time off take."""
        for session in self._weekly[site.pk, day.isoweekday()]:
            ends = min(
                session.ends,
                site.closed.get(day, session.ends),
                self._away[session.doctor].get(day, session.ends),
            )
            if ends == session.ends:
                yield session
            elif ends > session.starts:
                yield session._replace(ends=ends)


def draw(plan: Plan, today: date) -> Network:
    """Draw the network: its places, people, weekly hours and absences around `today`."""
    rng = random.Random(plan.seed)
    sites = _sites(plan, rng)
    doctors = _doctors(plan, sites, rng)
    for doctor in doctors:
        _give_hours(doctor, rng)
        _send_away(doctor, today, rng)
    rooms = 0
    for site in sites:
        here = sorted({session.doctor for session in site.sessions})
        with_room = [doctor for doctor in here if rng.random() >= WITHOUT_ROOM]
        site.rooms = dict.fromkeys(here, 0) | {
            doctor: rooms + number for number, doctor in enumerate(with_room, 1)
        }
        rooms += len(with_room)
        if rng.random() < CLOSED:
            site.closed[_some_day(today, rng)] = rng.choice((0, NOON))
    return Network(sites, doctors)


def _sites(plan: Plan, rng: random.Random) -> list[Site]:
    """Place facilities at ZIP codes of the region, each serving the codes about its own."""
    known = [
        found
        for found in zipcodes.list_all()  # type: ignore[no-untyped-call]
        if found["state"] in STATES
        and found["active"]
        and found["zip_code_type"] == "STANDARD"
        and found["timezone"]
        and found["lat"]
    ]
    known.sort(key=lambda found: found["zip_code"])
    chosen = sorted(rng.sample(range(len(known)), plan.facilities))
    share = plan.patients // plan.facilities
    sites = []
    for number, at in enumerate(chosen):
        reach = rng.randint(ZIP_CODES_EITHER_SIDE // 2, ZIP_CODES_EITHER_SIDE * 2)
        near = known[max(0, at - reach) : at + reach + 1]
        site = Site(number + 1, known[at], [(near[0]["zip_code"], near[-1]["zip_code"])])
        first = number * share + 1
        last = plan.patients if number == plan.facilities - 1 else number * share + share
        site.patients = range(first, last + 1)
        sites.append(site)
    return sites


def _doctors(plan: Plan, sites: list[Site], rng: random.Random) -> list[Practitioner]:
    """Spread doctors over the sites, some at a second site nearby and in the same time zone."""
    kinds = range(1, len(CARE_TYPES) + 1)
    nearest = {site.pk: _nearest(site, sites) for site in sites}
    doctors = []
    for number in range(plan.doctors):
        home = sites[number % len(sites)]
        # Every care type is there, then each as often as it is wanted.
        main = number % len(kinds) + 1 if number < len(kinds) else rng.choices(kinds, OFTEN)[0]
        provides = {main: None}
        if rng.random() < WITH_SECOND_CARE_TYPE:
            provides[rng.choice(kinds)] = None
        places = [home]
        if nearest[home.pk] and rng.random() < AT_TWO_FACILITIES:
            places.append(rng.choice(nearest[home.pk]))
        doctors.append(Practitioner(number + 1, list(provides), places))
    return doctors


def _nearest(site: Site, sites: list[Site]) -> list[Site]:
    def distance(other: Site) -> float:
        north, east = (
            float(site.zip_code[axis]) - float(other.zip_code[axis]) for axis in ("lat", "long")
        )
        return north * north + east * east * 0.6  # a degree of longitude is shorter here

    others = [each for each in sites if each is not site and each.timezone == site.timezone]
    return sorted(others, key=distance)[:3]


def _give_hours(doctor: Practitioner, rng: random.Random) -> None:
    """Give four or five days a week; with two facilities, one day has a half at each."""
    weekdays = [1, 2, 3, 4, 5]
    if rng.random() < 0.2:
        weekdays.remove(rng.choice(weekdays))
    blocks = rng.choice(DAYS)
    home, other = doctor.sites[0], doctor.sites[-1]
    for turn, weekday in enumerate(weekdays):
        halves = ((home, home), (other, other), (home, other), (home, home), (other, other))[turn]
        for site, (starts, ends) in zip(halves, blocks, strict=True):
            site.sessions.append(Session(doctor.pk, weekday, starts, ends))


def _send_away(doctor: Practitioner, today: date, rng: random.Random) -> None:
    if rng.random() < ON_LEAVE:
        first = _some_day(today, rng)
        doctor.away.update({first + timedelta(days=day): 0 for day in range(7)})
    if rng.random() < ON_A_COURSE:
        doctor.away.setdefault(_some_day(today, rng), NOON)


def _some_day(today: date, rng: random.Random) -> date:
    return today + timedelta(days=rng.randrange(DAYS_AHEAD))
