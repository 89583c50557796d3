"""A client generated from the description, as an app's developers would, signs in and reads."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from clinic.demo import accounts as demo

PACKAGE = "generated_clinic_client"


@pytest.fixture(scope="session")
def client_package(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Generate the client; a warning of the generator is a failure."""
    folder = tmp_path_factory.mktemp("client")
    schema, config = folder / "schema.yaml", folder / "config.yaml"
    call_command("spectacular", "--file", str(schema))
    config.write_text("post_hooks: []\n")
    subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning",
            "--path", str(schema), "--output-path", str(folder / PACKAGE),
            "--meta", "none", "--config", str(config),
        ],
        check=True,
        timeout=120,
    )  # fmt: skip
    sys.path.insert(0, str(folder))
    return PACKAGE


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_signs_in_and_books(live_server, client_package):
    call_command("load_demo")

    def part(name: str):
        return importlib.import_module(f"{client_package}.{name}")

    models = part("models")
    anonymous = part("client").Client(base_url=live_server.url, raise_on_unexpected_status=True)
    tokens = part("api.auth.auth_login_create").sync(
        client=anonymous,
        body=models.CredentialsRequest(username="patient", password=demo.PASSWORD),
    )
    signed_in = part("client").AuthenticatedClient(base_url=live_server.url, token=tokens.access)
    own = part("api.appointments.appointments_list").sync(client=signed_in)
    assert own.count == len(own.results) > 0
    assert all(each.patient_name == tokens.user_name for each in own.results)
    types = part("api.appointment_types.appointment_types_list").sync(client=signed_in)
    found = part("api.slots.slots_list").sync(
        client=signed_in, type_=types.results[0].id, zip_code="68114", miles=100
    )
    slot = found.results[0]
    booked = part("api.appointments.appointments_create").sync(
        client=signed_in,
        body=models.BookingRequest(
            doctor_id=slot.doctor_id,
            facility_id=slot.facility_id,
            starts_at=slot.starts_at,
            type_id=types.results[0].id,
        ),
    )
    assert (booked.doctor_name, booked.starts_at) == (slot.doctor_name, slot.starts_at)
    assert Path(part("models").__file__).exists()
