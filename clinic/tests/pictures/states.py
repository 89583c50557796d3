"""What no address shows: a booking on its way, a refusal, a menu that is open."""

from collections.abc import Callable
from datetime import timedelta

from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page, Route

from clinic.tests.pictures.camera import SIZES, Camera
from clinic.tests.pseudo.place import Place
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from scheduling.models import Appointment
from scheduling.tests.factories import WaitlistEntryFactory

ERRORS = ("400", "403", "404", "405", "409", "413", "500", "503")
Size = tuple[int, int]


def board(place: Place, visit: Appointment | None = None) -> str:
    facility = Facility.objects.get(pk=place.rows["facility_id"][0])
    if visit is None:
        return f"/desk/{facility.pk}/"
    return f"/desk/{facility.pk}/?date={visit.starts_at.astimezone(facility.tz).date()}"


def free_time(page: Page, origin: str, place: Place) -> None:
    """Open the board of the next day that has half an hour free, and press it."""
    for days in range(1, 15):
        day = timezone.now().date() + timedelta(days=days)
        page.goto(f"{origin}{board(place)}?date={day}")
        times = page.locator(".s6 > a.free")
        if count := times.count():
            times.nth(count // 3).click()
            page.wait_for_selector("#id_q")
            return
    raise LookupError("The demo clinic has no free time within two weeks.")


def press(page: Page, key: str) -> None:
    """Press a key of the page, which it knows as soon as its script has run."""
    page.wait_for_selector("html.has-keys")
    page.keyboard.press(key)


def booked_by_somebody_else() -> None:
    """Let the hold run out, and book its time for another patient."""
    hold = Appointment.objects.filter(status="pending").latest("pk")
    Appointment.objects.filter(pk=hold.pk).update(hold_expires_at=timezone.now())
    about = (hold.starts_at - timedelta(hours=4), hold.starts_at + timedelta(hours=4))
    free = hold.facility.patients.exclude(appointments__starts_at__range=about)
    Appointment.objects.book(
        facility=hold.facility,
        doctor=hold.doctor,
        patient=free.latest("pk"),
        starts_at=hold.starts_at,
        by=None,
    )


def booking(camera: Camera, place: Place, size: Size) -> None:
    with camera.at(place.people["receptionist"], size) as page:
        free_time(page, camera.origin, place)
        page.wait_for_selector("#hold.hold")
        camera.take(page, "state-held")
        page.locator("#id_q").press_sequentially("mar")
        page.wait_for_selector("#found button")
        camera.take(page, "state-found")
        page.locator("#found button").first.click()
        page.wait_for_selector(".chosen")
        camera.take(page, "state-chosen")
        booked_by_somebody_else()
        page.click("[data-book]")
        page.wait_for_selector(".alternatives button")
        camera.take(page, "state-refused")


def newcomer(camera: Camera, place: Place, size: Size) -> None:
    known = Patient.objects.get(pk=place.rows["patients"][1])
    born = known.date_of_birth
    with camera.at(place.people["receptionist"], size) as page:
        page.goto(f"{camera.origin}/patients/new/")
        page.get_by_label("Given name").fill(known.given_name)
        page.get_by_label("Family name").fill(known.family_name)
        page.get_by_label("Date of birth").fill(f"{born.month}/{born.day}/{born.year}")
        page.keyboard.press("Tab")
        page.wait_for_selector("#alike .notice")
        camera.take(page, "state-registered-already")


def walk_in(camera: Camera, place: Place, size: Size) -> None:
    with camera.at(place.people["receptionist"], size) as page:
        page.goto(camera.origin + board(place))
        press(page, "w")
        page.wait_for_selector("#panel .sheet")
        camera.take(page, "state-walk-in")


def cancelled(camera: Camera, place: Place, size: Size) -> None:
    """Cancel a visit, at each size another one, at a time for which somebody waits."""
    visit = Appointment.objects.get(pk=place.rows["appointments"][SIZES.index(size)])
    waiting = visit.facility.patients.exclude(waitlist_entries__status="waiting").earliest("pk")
    WaitlistEntryFactory(patient=waiting, facility=visit.facility, note="Can come at short notice")
    with camera.at(place.people["receptionist"], size) as page:
        page.goto(camera.origin + board(place, visit))
        page.locator(f"#a{visit.pk}").click()
        page.locator(".cancel summary").click()
        camera.take(page, "state-cancelling")
        page.locator(".cancel button").click()
        page.wait_for_selector(".waiting-person")
        camera.take(page, "state-waitlist-offer")


def moving(camera: Camera, place: Place, size: Size) -> None:
    visit = Appointment.objects.filter(
        facility=place.rows["facility_id"][0], status="booked", starts_at__gt=timezone.now()
    ).latest("starts_at")
    with camera.at(place.people["receptionist"], size) as page:
        where = f"{board(place, visit)}&moving={visit.pk}&version={visit.version}"
        page.goto(camera.origin + where)
        camera.take(page, "state-moving")


def menus(camera: Camera, place: Place, size: Size) -> None:
    with camera.at(place.people["receptionist"], size) as page:
        page.goto(camera.origin + board(place))
        page.locator(".user-menu > summary").click()
        camera.take(page, "state-menu")
        page.reload()
        press(page, "?")
        page.get_by_role("dialog").wait_for()
        camera.take(page, "state-keys")
        page.keyboard.press("Escape")
        if size == SIZES[0]:
            press(page, "/")
            page.keyboard.type("mar")
            page.wait_for_selector("#search-popup [role=option]")
            camera.take(page, "state-search")


def new_clinic(camera: Camera, place: Place, size: Size) -> None:
    """Show the board to somebody at whose facilities nothing has been booked yet."""
    facility = FacilityFactory(name="Prairie View Clinic", timezone="America/Chicago")
    with camera.at(staff_of(facility, full_name="Front desk"), size) as page:
        page.goto(f"{camera.origin}/desk/{facility.pk}/")
        page.wait_for_selector(".beginning")
        camera.take(page, "state-new-clinic")


def refused(camera: Camera, place: Place, size: Size) -> None:
    def answer(route: Route) -> None:
        text = render_to_string(f"{route.request.url.rpartition('/')[2]}.html")
        route.fulfill(body=text, content_type="text/html; charset=utf-8")

    with camera.at(None, size) as page:
        page.route("**/refused/*", answer)
        for status in ERRORS:
            page.goto(f"{camera.origin}/refused/{status}")
            camera.take(page, f"error-{status}")


STATES: tuple[Callable[[Camera, Place, Size], None], ...] = (
    booking,
    newcomer,
    walk_in,
    cancelled,
    moving,
    menus,
    new_clinic,
    refused,
)
