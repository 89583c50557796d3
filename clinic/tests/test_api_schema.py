import pytest
from django.core.management import call_command

from clinic.api import described


def test_the_schema_is_valid_and_made_without_a_warning(tmp_path):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml")
    )


@pytest.mark.django_db
def test_the_description_is_made_once_and_sent_once(client, django_assert_num_queries):
    described.cache_clear()
    for form in ("application/vnd.oai.openapi", "application/vnd.oai.openapi+json"):
        first = client.get("/api/schema", headers={"Accept": form})
        assert (first.status_code, first["Content-Type"]) == (200, form)
        with django_assert_num_queries(0):
            second = client.get("/api/schema", headers={"Accept": form})
        assert second.content == first.content
        again = {"Accept": form, "If-None-Match": first["ETag"]}
        assert client.get("/api/schema", headers=again).status_code == 304
    assert described.cache_info().misses == 2
    assert second.json()["openapi"].startswith("3.")
