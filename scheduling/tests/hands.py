"""Hands at the desk that count: how many actions and how many fields something takes."""

from typing import Any

from playwright.sync_api import Page


class Hands:
    """What somebody does with a page.

    A press with the mouse and a press of a key are an action each. To type a text is one too, and
    so is a field to be filled in, together with the Tab that leads to it; fields count apart.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0
        self.fields = 0

    def click(self, target: Any) -> None:
        self.actions += 1
        target.click()

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.actions += 1
        self.page.keyboard.type(text)

    def fill(self, text: str, *, first: bool = False) -> None:
        """Type into the field that has the focus, or the next one."""
        self.fields += 1
        if not first:
            self.page.keyboard.press("Tab")
        self.page.keyboard.type(text)
