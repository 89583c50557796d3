"""Take the pictures of the documentation from a served demo clinic, in one command.

    .venv/bin/python docs/screenshots/take.py [http://127.0.0.1:8000]

Signs in as the demo's receptionist and walks the desk twice, at 1440 × 900 and at 390 × 844. To
show a conflict two visits are booked, as two people at two desks would; both are cancelled again.
"""

import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
FOLDER = Path(__file__).resolve().parent
USERNAME, PASSWORD = "reception", "clinic-demo-2026"
SIZES = ((1440, 900), (390, 844))
LETTERS = "aeiorsn"


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    flags = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for width, height in SIZES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            walk(context.new_page())
            context.close()
        browser.close()


def walk(page: Page) -> None:
    page.set_default_timeout(10_000)
    page.goto(f"{BASE}/accounts/login/")
    picture(page, "sign-in")
    page.fill("[name=login]", USERNAME)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#board")
    picture(page, "day-board")

    slot = find_free_time(page)
    page.goto(slot["day"])
    page.locator(f'a.free[href="{slot["href"]}"]').click()
    page.wait_for_selector("#id_q")
    search(page, 0)
    picture(page, "booking")
    rival = page.context.new_page()
    taken = book_elsewhere(rival, slot["href"])
    page.bring_to_front()
    page.locator("#found button").first.click()
    page.wait_for_selector(".chosen")
    with page.expect_response(lambda answer: "/desk/" in answer.url):
        page.click("[data-book]")
    page.wait_for_selector(".alternatives button")
    picture(page, "conflict")
    page.locator(".alternatives button").first.click()
    page.wait_for_selector("a.is-shown")
    page.locator("a.is-shown").click()
    page.wait_for_selector(".history")
    picture(page, "appointment")

    record = page.locator(".patient a")
    address = record.get_attribute("href") if record.count() else None
    cancel(page)
    rival.goto(taken)
    cancel(rival)
    rival.close()
    if address:
        page.goto(BASE + address)
        picture(page, "patient")


def find_free_time(page: Page) -> dict[str, str]:
    """Return a free time in the middle of the next day that has any, and that day's address."""
    board = page.url.partition("?")[0]
    for days in range(1, 15):
        day = f"{board}?date={date.today() + timedelta(days=days)}"  # noqa: DTZ011
        page.goto(day)
        times = page.locator(".s6 > a.free")
        if count := times.count():
            return {"day": day, "href": str(times.nth(count // 3).get_attribute("href"))}
    sys.exit("The demo clinic has no free time within two weeks: load it again.")


def search(page: Page, nth: int) -> None:
    """Type a letter that finds people; each `nth` finds other ones."""
    page.fill("#id_q", "")
    page.locator("#id_q").press_sequentially("ma" if nth == 0 else f"{LETTERS[nth]}")
    page.wait_for_selector("#found button")


def book_elsewhere(page: Page, href: str) -> str:
    """Book the slot as somebody else would; return the address of the new visit."""
    for nth in range(1, len(LETTERS)):
        page.goto(BASE + href)
        search(page, nth)
        page.locator("#found button").last.click()
        page.click("[data-book]")
        page.wait_for_load_state()
        if page.locator("a.is-shown").count():
            return BASE + str(page.locator("a.is-shown").get_attribute("href"))
    sys.exit("Nobody could be booked at that time: load the demo clinic again.")


def cancel(page: Page) -> None:
    page.locator(".cancel summary").click()
    page.locator(".cancel button").click()
    page.wait_for_selector(".toast-note")


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('.toast-note').forEach((toast) => toast.remove())")
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.screenshot(path=FOLDER / f"{name}-{width}.png", caret="initial")


if __name__ == "__main__":
    main()
