"""Schemathesis against a live server: thousands of requests made from the API's own description.

A short run is part of every test run; `make fuzz` asks for the long one. The clinic is the demo's.
"""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from api.limits import FairUse
from clinic.demo import accounts as demo

EXAMPLES, ENOUGH = os.environ.get("CLINIC_FUZZ", ""), 5000
CONFIG = Path(__file__).with_name("schemathesis.toml")
# These end the sign-in that the other requests are made with.
ENDS_THE_SIGN_IN = "auth/(logout|password/change)$"
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES else "examples,fuzzing"


@pytest.fixture
def server(live_server, settings, monkeypatch):
    """Serve the demo clinic, with limits that a fuzzer does not meet, and a token that lasts."""
    settings.API_WRITES_PER_MINUTE = 1_000_000
    monkeypatch.setattr(FairUse, "THROTTLE_RATES", {"fair_use": "1000000/min"})
    monkeypatch.setattr(AccessToken, "lifetime", timedelta(days=1))
    call_command("load_demo")
    # Made here, as a busy machine takes longer than the client waits.
    assert APIClient().get("/api/schema").status_code == 200
    return live_server.url


def sign_in(username: str) -> str:
    given = {"username": username, "password": demo.PASSWORD}
    return APIClient().post("/api/v1/auth/login", given).json()["access"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("username", ["admin", "doctor", "patient"])
def test_no_request_finds_a_defect(server, username, tmp_path):
    token = sign_in(username)
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG),
        "run", f"{server}/api/schema",
        "--checks", "all", "--phases", PHASES, "--max-examples", EXAMPLES or "1",
        "--header", f"Authorization: Bearer {token}",
        "--exclude-path-regex", ENDS_THE_SIGN_IN,
        "--generation-database", "none", "--no-color", "--workers", "2",
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=3600)
    assert ran.returncode == 0, ran.stdout[-40_000:] + ran.stderr[-2000:]
    print(ran.stdout[-1500:])
    still = APIClient().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert still.status_code == 200, "The token did not hold until the end."
    if EXAMPLES:
        assert int(re.findall(r"(\d+) generated", ran.stdout)[-1]) >= ENOUGH
