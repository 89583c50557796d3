import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PAGE, CHOOSE = reverse("patients:list"), reverse("account_theme")


@pytest.fixture
def receptionist(client):
    person = UserFactory()
    client.force_login(person)
    return person


def root(answer) -> str:
    page = answer.content.decode()
    return page[page.index("<html") : page.index("</head>")]


def test_pages_follow_the_system_until_somebody_chooses(client, receptionist):
    assert "data-bs-theme" not in root(client.get(PAGE))
    assert 'name="color-scheme" content="light dark"' in root(client.get(PAGE))
    client.logout()
    assert "data-bs-theme" not in root(client.get(reverse("account_login")))


@pytest.mark.parametrize("theme", User.Theme.values)
def test_a_chosen_theme_is_in_every_page_from_its_first_byte(client, receptionist, theme):
    answer = client.post(CHOOSE, {"theme": theme, "next": PAGE})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    receptionist.refresh_from_db()
    assert receptionist.theme == theme
    for address in (PAGE, "/desk/999999/"):
        drawn = root(client.get(address))
        assert f'data-bs-theme="{theme}"' in drawn
        assert f'name="color-scheme" content="{theme}"' in drawn


def test_the_system_can_decide_again(client, receptionist):
    receptionist.prefer(theme="dark")
    client.post(CHOOSE, {"theme": "", "next": PAGE})
    assert "data-bs-theme" not in root(client.get(PAGE))


def test_an_unknown_theme_is_refused(client, receptionist):
    assert client.post(CHOOSE, {"theme": "sepia"}).status_code == 400
    assert client.get(CHOOSE).status_code == 405
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=receptionist.pk).update(theme="sepia")


def test_a_theme_is_for_who_is_signed_in(client):
    answer = client.post(CHOOSE, {"theme": "dark"})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (
        302,
        reverse("account_login"),
    )


def test_a_theme_costs_no_query(client, receptionist, django_assert_num_queries):
    receptionist.prefer(theme="dark")
    with django_assert_num_queries(2):
        assert "data-bs-theme" in root(client.get(reverse("account_logout")))
