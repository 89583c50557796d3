"""The walk in docs/api.md, pasted into a shell block by block against a live server."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def script() -> str:
    """Return the blocks of the page in their order, to stop at the first that fails."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return "set -eu -o pipefail\n" + "\n".join(blocks)


def code_from_the_mail() -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for letter in mail.outbox:
            if found := re.search(r"\b\d{6}\b", letter.body):
                return found[0]
        time.sleep(0.05)
    pytest.fail("No mail with a code came.")


@pytest.mark.django_db(transaction=True)
def test_the_walk_of_the_page_ends_in_a_cancelled_booking(live_server):
    call_command("load_demo")
    shell = subprocess.Popen(
        ["bash", "-c", script()],
        env={"API": f"{live_server.url}/api/v1", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        out, err = shell.communicate(code_from_the_mail() + "\n", timeout=60)
    finally:
        shell.kill()
    assert shell.returncode == 0, out[-3000:] + err[-2000:]
    said = out.splitlines()
    assert said[-1] == "1", out[-3000:]
    assert said[-2] == "cancelled"
    assert said.count("booked") == 2
    assert {"doctor_busy", "patient_busy"} & set(said)
