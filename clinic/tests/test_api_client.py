"""A client generated from the description, as an app's developers would, signs in and reads."""

import importlib
import subprocess
import sys

import pytest
import yaml
from django.core.management import call_command

from clinic.demo import accounts as demo

FORM = "application/x-www-form-urlencoded"
PACKAGE = "generated_clinic_client"
# The generator knows pictures as nothing but bytes.
CONFIG = """
post_hooks: []
content_type_overrides:
  image/jpeg: application/octet-stream
  image/png: application/octet-stream
  image/webp: application/octet-stream
"""


@pytest.fixture(scope="session")
def client_package(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Generate the client; a warning of the generator is a failure."""
    folder = tmp_path_factory.mktemp("client")
    schema, config = folder / "schema.yaml", folder / "config.yaml"
    call_command("spectacular", "--file", str(schema))
    # The generator writes no working code for a body that may come in two forms.
    described = yaml.safe_load(schema.read_text())
    del described["paths"]["/api/v1/auth/login"]["post"]["requestBody"]["content"][FORM]
    schema.write_text(yaml.safe_dump(described))
    config.write_text(CONFIG)
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
    with part("client").Client(base_url=live_server.url) as anonymous:
        tokens = part("api.auth.auth_login_create").sync(
            client=anonymous,
            body=models.CredentialsRequest(username="patient", password=demo.PASSWORD),
        )
    signed_in = part("client").AuthenticatedClient(base_url=live_server.url, token=tokens.access)
    with signed_in as client:
        own = part("api.appointments.appointments_list").sync(client=client)
        assert own.count >= len(own.results) > 0
        assert all(each.patient_name == tokens.user_name for each in own.results)
        kind = part("api.appointment_types.appointment_types_list").sync(client=client).results[0]
        found = part("api.slots.slots_list").sync(
            client=client, type_=kind.id, zip_code="68114", miles=100
        )
        slot = found.results[0]
        booked = part("api.appointments.appointments_create").sync(
            client=client,
            body=models.BookingRequest(
                doctor_id=slot.doctor_id,
                facility_id=slot.facility_id,
                starts_at=slot.starts_at,
                type_id=kind.id,
            ),
        )
    assert (booked.doctor_name, booked.starts_at) == (slot.doctor_name, slot.starts_at)
