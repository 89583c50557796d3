import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.clients import ME, given_tokens
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SIGN_IN, CHOOSE = reverse("account_login"), reverse("account_language")
PAGE = reverse("patients:list")
ASKS_SPANISH = {"Accept-Language": "es-MX,es;q=0.9"}


@pytest.fixture
def receptionist():
    return UserFactory()


@pytest.fixture
def desk(client, receptionist):
    client.force_login(receptionist)
    return client


def language_of(answer) -> str:
    """Return the language of a page, which its header must name as well."""
    code = answer["Content-Language"]
    assert f'<html lang="{code}"' in answer.content.decode()
    return code


def test_a_signed_out_page_speaks_as_the_browser_asks(client):
    assert language_of(client.get(SIGN_IN)) == "en"
    answer = client.get(SIGN_IN, headers=ASKS_SPANISH)
    assert language_of(answer) == "es"
    assert "Accept-Language" in answer["Vary"]
    assert language_of(client.get(SIGN_IN, headers={"Accept-Language": "pt"})) == "pt-br"
    assert language_of(client.get(SIGN_IN, headers={"Accept-Language": "fi"})) == "en"


def test_the_language_of_the_account_comes_before_the_browsers(desk, receptionist):
    assert language_of(desk.get(PAGE, headers=ASKS_SPANISH)) == "es"
    receptionist.prefer(language="pt-br")
    assert language_of(desk.get(PAGE, headers=ASKS_SPANISH)) == "pt-br"
    assert language_of(desk.get("/desk/999999/", headers=ASKS_SPANISH)) == "pt-br"


def test_one_persons_language_is_not_the_next_ones(desk, receptionist):
    receptionist.prefer(language="es")
    assert language_of(desk.get(PAGE)) == "es"
    assert language_of(Client().get(SIGN_IN)) == "en"


def test_a_choice_is_kept_on_the_account_and_leads_back(desk, receptionist):
    answer = desk.post(CHOOSE, {"language": "es", "next": f"{PAGE}?page=1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?page=1")
    receptionist.refresh_from_db()
    assert receptionist.language == "es"
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies
    assert language_of(desk.get(PAGE)) == "es"


def test_it_leads_back_to_where_a_script_has_led_meanwhile(desk):
    sent = {"language": "es", "next": PAGE}
    answer = desk.post(CHOOSE, sent, headers={"Referer": "http://testserver/find/?for=1"})
    assert answer["Location"] == "/find/?for=1"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", ""])
def test_it_leads_nowhere_else(desk, elsewhere):
    answer = desk.post(
        CHOOSE, {"language": "es", "next": elsewhere}, headers={"Referer": elsewhere}
    )
    assert answer["Location"] == reverse(settings.LOGIN_REDIRECT_URL)


def test_an_address_of_two_slashes_names_no_other_host(desk):
    sent = {"language": "es", "next": PAGE}
    answer = desk.post(CHOOSE, sent, headers={"Referer": "http://testserver//example.org/x"})
    assert answer["Location"] == "/example.org/x"


def test_a_choice_before_signing_in_is_kept_in_the_browser(client):
    answer = client.post(CHOOSE, {"language": "pt-br", "next": SIGN_IN})
    assert answer["Location"] == SIGN_IN
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert language_of(client.get(SIGN_IN, headers=ASKS_SPANISH)) == "pt-br"


def test_an_unknown_language_is_refused(desk, client, receptionist):
    for sent in ({"language": "xx"}, {"language": ""}, {}):
        assert desk.post(CHOOSE, sent).status_code == 400
    assert client.get(CHOOSE).status_code == 405
    receptionist.refresh_from_db()
    assert receptionist.language == ""


def test_each_language_is_named_in_itself_on_the_pages(desk):
    for answer in (desk.get(PAGE, headers=ASKS_SPANISH), Client().get(SIGN_IN)):
        page = answer.content.decode()
        for code, name in settings.LANGUAGES:
            assert f'name="language" value="{code}" lang="{code}"' in page
            assert f">{name}</button>" in page


def test_the_language_costs_no_query(desk, receptionist, django_assert_num_queries):
    with django_assert_num_queries(2):
        desk.get(reverse("account_logout"))
    receptionist.prefer(language="es")
    with django_assert_num_queries(2):
        assert language_of(desk.get(reverse("account_logout"))) == "es"


def test_the_api_answers_in_the_language_that_the_request_asks_for():
    user = UserFactory(language="es")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {given_tokens(user)['access']}")
    assert client.get(ME)["Content-Language"] == "es"
    for asked, answered in [
        ("pt-BR", "pt-br"),
        ("en", "en"),
        ("fi, pt;q=0.5", "pt-br"),
        ("fi", "es"),
        ("*", "es"),
    ]:
        answer = client.get(ME, headers={"Accept-Language": asked})
        assert answer["Content-Language"] == answered
        assert "Accept-Language" in answer["Vary"]


def test_the_owner_reads_and_changes_the_language_in_the_api():
    user = UserFactory()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {given_tokens(user)['access']}")
    assert client.get(ME).json()["language"] == ""
    changed = client.patch(ME, {"language": "es"}, headers={"If-Match": "*"})
    assert (changed.status_code, changed.json()["language"]) == (200, "es")
    assert client.get(ME)["Content-Language"] == "es"
    refused = client.patch(ME, {"language": "xx"}, headers={"If-Match": "*"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "language"
