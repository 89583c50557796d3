"""Making a patient account: nobody is given a record for what they say alone."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import mail
from accounts.models import EmailCode, User
from accounts.tests.clients import LOGIN, ME, bearing
from accounts.tests.factories import PASSWORD, UserFactory
from facilities.tests.factories import FacilityFactory
from patients.models import Patient, Registration
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

REGISTER, VERIFY = "/api/v1/auth/register", "/api/v1/auth/verify"
RESEND = f"{VERIFY}/resend"
BORN = date(1990, 6, 1)
RUBEN = {
    "email": "ruben@example.org",
    "password": PASSWORD,
    "given_name": "Ruben",
    "family_name": "Oakmere",
    "date_of_birth": str(BORN),
}
NAMED = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": BORN}


def code_in(letter) -> str:
    return re.search(r"Your code is (\d{6})\.", letter.body)[1]


def sign_in(email: str = RUBEN["email"], password: str = PASSWORD):
    return APIClient().post(LOGIN, {"email": email, "password": password})


@pytest.fixture
def registered(letters):
    """Return a function that registers, and returns the mailed code."""

    def register(**said) -> str:
        answer, (letter,) = letters(lambda: APIClient().post(REGISTER, RUBEN | said))
        assert answer.status_code == 201, answer.json()
        return code_in(letter)

    return register


def verify(code: str, **said):
    own = {"email": RUBEN["email"], "password": PASSWORD, "code": code}
    return APIClient().post(VERIFY, own | said)


def is_refused(answer) -> bool:
    errors = answer.json().get("errors") or [{"code": ""}]
    return (answer.status_code, errors[0]["code"]) == (400, "code_refused")


def test_somebody_new_gets_an_account_and_with_the_code_a_record(registered):
    facility = FacilityFactory()
    code = registered(facility_id=facility.pk, phone="+14025550142", zip_code="68102")
    assert not Patient.objects.exists()
    answer = verify(code)
    assert answer.status_code == 200, answer.json()
    patient = Patient.objects.get()
    client = bearing(answer.json())
    assert (
        client.get(ME).json().items()
        >= {
            "role": "patient",
            "patient_link": "linked",
            "patient_id": patient.pk,
        }.items()
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["patient_link"] == "linked"
    assert answer.json()["patient_id"] == patient.pk
    assert answer.json()["patient_name"] == "Ruben Oakmere"
    assert (patient.user.email, patient.email, patient.date_of_birth) == (
        RUBEN["email"],
        RUBEN["email"],
        BORN,
    )
    assert (patient.facility, str(patient.phone), patient.zip_code) == (
        facility,
        "+14025550142",
        "68102",
    )
    assert is_refused(verify(code))
    assert sign_in().status_code == 200


def test_nobody_signs_in_or_gets_a_password_before_the_address_is_proved(registered, letters):
    registered()
    answer = sign_in()
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
    _, posted = letters(
        lambda: APIClient().post("/api/v1/auth/password/reset", {"email": RUBEN["email"]})
    )
    assert posted == []


def test_the_web_page_tells_no_registration_from_a_wrong_password(registered, client):
    registered()
    UserFactory(email="owner@example.org")
    page, said = reverse("account_login"), {"password": PASSWORD}
    waiting = client.post(page, said | {"login": RUBEN["email"]})
    wrong = client.post(page, {"login": "owner@example.org", "password": "not-the-password"})
    assert waiting.status_code == wrong.status_code == 200
    assert waiting.context["form"].errors == wrong.context["form"].errors != {}


def test_an_address_that_nobody_proved_is_anybodys_to_register(registered):
    facility = FacilityFactory()
    first = registered(password="a-strangers-password", given_name="Eve", facility_id=facility.pk)
    second = registered(email="Ruben@example.org")
    assert User.objects.count() == Registration.objects.count() == 1
    assert first == second or is_refused(verify(first))
    assert verify(second).json()["patient_name"] == "Ruben Oakmere"
    assert sign_in(password="a-strangers-password").status_code == 401
    assert sign_in().status_code == 200


def test_an_address_with_an_account_is_answered_alike_and_its_owner_told(letters, registered):
    owner = UserFactory(email="Ruben@Example.org")
    password = owner.password
    known, posted = letters(lambda: APIClient().post(REGISTER, RUBEN))
    new, _ = letters(lambda: APIClient().post(REGISTER, RUBEN | {"email": "new@example.org"}))
    assert known.status_code == new.status_code == 201
    assert known.json() == new.json()
    assert known.headers.keys() == new.headers.keys()
    assert "already" in posted[0].subject
    assert "code" not in posted[0].body
    afterwards = [sign_in(email) for email in (RUBEN["email"], "new@example.org")]
    assert [answer.status_code for answer in afterwards] == [200, 401]
    owner.refresh_from_db()
    assert owner.password == password
    assert User.objects.filter(email__iexact=RUBEN["email"]).count() == 1
    assert not Registration.objects.filter(user=owner).exists()


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"password": "short"}, "password"),
        ({"date_of_birth": "2999-01-01"}, "date_of_birth"),
        ({"zip_code": "681"}, "zip_code"),
        ({"family_name": ""}, "family_name"),
        ({"role": "admin"}, "role"),
    ],
)
def test_what_is_wrong_is_refused_alike_with_and_without_an_account(taken, said, field, letters):
    if taken:
        UserFactory(email=RUBEN["email"])
    answer, posted = letters(lambda: APIClient().post(REGISTER, RUBEN | said))
    assert (answer.status_code, posted) == (400, [])
    assert {each["field"] for each in answer.json()["errors"]} == {field}
    assert User.objects.count() == taken


def test_the_record_with_this_address_date_of_birth_and_name_is_linked(registered):
    patient = PatientFactory(
        email="Ruben@Example.org",
        given_name="Rubén",
        family_name="OAKMERE",
        date_of_birth=BORN,
    )
    answer = verify(registered()).json()
    assert (answer["patient_link"], answer["patient_id"]) == ("linked", patient.pk)
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    "known",
    [
        NAMED,
        {"given_name": "Rubén", "family_name": "Oakmeer", "date_of_birth": BORN},
        {"email": RUBEN["email"], "date_of_birth": date(1961, 2, 3)},
        {"email": RUBEN["email"], "date_of_birth": BORN, "given_name": "Rita"},
        {**NAMED, "email": RUBEN["email"], "is_active": False},
    ],
)
def test_a_record_that_only_looks_alike_waits_for_the_desk(registered, known):
    patient = PatientFactory(**known)
    answer = verify(registered()).json()
    assert (answer["patient_link"], answer["patient_id"]) == ("waiting", None)
    patient.refresh_from_db()
    assert patient.user is None
    assert Patient.objects.count() == 1
    assert Registration.objects.get().candidate == patient


def test_a_record_that_has_an_account_is_never_claimed_by_another(registered):
    owner = UserFactory(role="patient")
    patient = PatientFactory(**NAMED, email=RUBEN["email"], user=owner)
    assert verify(registered()).json()["patient_link"] == "waiting"
    patient.refresh_from_db()
    assert patient.user == owner


def test_saying_a_strangers_name_and_birthday_shows_nothing_of_them(registered):
    stranger = PatientFactory(
        given_name="Ruben", family_name="Oakmere", date_of_birth=BORN, email="him@example.org"
    )
    verified = verify(registered())
    for answer in (verified, bearing(verified.json()).get(ME)):
        assert "him@example.org" not in answer.content.decode()
        assert stranger.mrn not in answer.content.decode()
    assert not Patient.objects.visible_to(User.objects.get()).exists()


def test_a_code_for_one_address_proves_no_other(registered):
    """Whatever becomes of the account's address, the code is for the one it was mailed to."""
    PatientFactory(email="victim@example.org", date_of_birth=BORN)
    code = registered()
    User.objects.update(email="victim@example.org")
    assert is_refused(verify(code, email="victim@example.org"))
    assert not Patient.objects.filter(user__isnull=False).exists()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_is_good_for_five_tries(registered):
    code = registered()
    for _ in range(5):
        assert is_refused(verify(wrong(code)))
    assert is_refused(verify(code))
    assert not User.objects.get().is_active


def test_a_code_is_good_for_half_an_hour(registered):
    code = registered()
    left = EmailCode.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    EmailCode.objects.update(expires_at=timezone.now())
    assert is_refused(verify(code))


def test_the_code_is_not_in_the_database_and_good_for_nobody_else(registered):
    code = registered()
    rubens = EmailCode.objects.get().code_hash
    assert code not in rubens
    registered(email="eve@example.org")
    EmailCode.objects.filter(user__email="eve@example.org").update(code_hash=rubens)
    assert is_refused(verify(code, email="eve@example.org"))


def test_a_code_lets_in_only_who_chose_the_password(registered, letters):
    registered()
    other = RUBEN | {"password": "somebody-elses-password"}
    _, (letter,) = letters(lambda: APIClient().post(REGISTER, other))
    assert is_refused(verify(code_in(letter)))
    assert not User.objects.get(email=RUBEN["email"]).is_active
    assert verify(code_in(letter), password=other["password"]).status_code == 200


def test_another_code_replaces_the_first(registered, letters):
    code, said = registered(), {"email": RUBEN["email"]}
    answer, (letter,) = letters(lambda: APIClient().post(RESEND, said))
    assert answer.status_code == 202
    newer = code_in(letter)
    assert newer == code or is_refused(verify(code))
    assert verify(newer).status_code == 200


def test_codes_to_one_mailbox_are_limited_and_nobody_is_told(registered, letters):
    registered()
    said = {"email": RUBEN["email"]}
    answers, posted = letters(lambda: [APIClient().post(RESEND, said) for _ in range(7)])
    assert len(posted) == 5
    assert {answer.status_code for answer in answers} == {202}
    answer, posted = letters(lambda: APIClient().post(RESEND, said, REMOTE_ADDR="192.0.2.2"))
    assert (answer.status_code, len(posted)) == (202, 1)
    assert verify(code_in(posted[0])).status_code == 200


def test_asking_for_a_code_is_answered_alike_for_every_address(registered, letters):
    registered()
    UserFactory(email="owner@example.org")
    answers = {}
    for email in (RUBEN["email"], "owner@example.org", "nobody@example.org"):
        answer, posted = letters(lambda email=email: APIClient().post(RESEND, {"email": email}))
        answers[email] = (answer.status_code, answer.json())
        assert bool(posted) == (email == RUBEN["email"])
    assert len({str(each) for each in answers.values()}) == 1
    refused = [verify("123456", email=email) for email in answers]
    assert all(map(is_refused, refused))
    assert len({str(each.json()["errors"]) for each in refused}) == 1


def test_guessing_is_limited_over_several_codes(registered):
    code = registered()
    codes = [verify(wrong(code)).status_code for _ in range(11)]
    assert codes[-1] == 429


def test_who_guesses_elsewhere_keeps_nobody_from_their_code(registered, letters):
    registered()
    codes = [verify("000000").status_code for _ in range(60)]
    assert codes == [400] * 10 + [429] * 50
    said = {"email": RUBEN["email"]}
    _, (letter,) = letters(lambda: APIClient().post(RESEND, said, REMOTE_ADDR="192.0.2.2"))
    own = {"email": RUBEN["email"], "password": PASSWORD, "code": code_in(letter)}
    assert APIClient().post(VERIFY, own, REMOTE_ADDR="192.0.2.2").status_code == 200


def test_registering_one_address_again_and_again_posts_no_more_letters_and_replaces_nothing(
    letters,
):
    register = APIClient().post
    _, posted = letters(lambda: [register(REGISTER, RUBEN) for _ in range(5)])
    others = RUBEN | {"given_name": "Eve", "password": "a-strangers-password"}
    answers, more = letters(lambda: [register(REGISTER, others) for _ in range(5)])
    assert (len(posted), more) == (5, [])
    assert {answer.status_code for answer in answers} == {201}
    assert verify(code_in(posted[-1])).json()["patient_name"] == "Ruben Oakmere"


def test_a_full_facility_is_refused_before_there_is_an_account(letters):
    full = FacilityFactory(name="Brimful", capacity=0)
    answer, posted = letters(lambda: APIClient().post(REGISTER, RUBEN | {"facility_id": full.pk}))
    assert (answer.status_code, answer.json()["code"], posted) == (409, "facility_full", [])
    assert "Brimful is full. Choose another facility" in answer.json()["detail"]
    assert not User.objects.exists()


def test_a_facility_filled_meanwhile_is_refused_and_another_taken_with_the_same_code(registered):
    last, roomy = FacilityFactory(capacity=1), FacilityFactory()
    code = registered(facility_id=last.pk)
    PatientFactory(facility=last)
    answer = verify(code)
    assert (answer.status_code, answer.json()["code"]) == (409, "facility_full")
    assert sign_in().status_code == 401
    answer = verify(code, facility_id=roomy.pk)
    assert answer.json()["patient_link"] == "linked"
    assert Patient.objects.get(user__isnull=False).facility == roomy


def test_a_mail_server_that_is_away_stops_no_registration_and_is_logged_without_the_address(
    letters, settings, caplog, monkeypatch
):
    monkeypatch.setattr(mail, "PAUSES", ())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer, _ = letters(lambda: APIClient().post(REGISTER, RUBEN))
    assert answer.status_code == 201
    assert "mail_failed" in caplog.text
    assert RUBEN["email"] not in " ".join(str(record.msg) for record in caplog.records)


def test_the_log_shows_no_address_code_or_token(registered, caplog, capsys):
    code = registered()
    verify(wrong(code))
    tokens = verify(code).json()
    for _ in range(2):
        APIClient().post("/api/v1/auth/token/refresh", {"refresh": tokens["refresh"]})
    logged = caplog.text + capsys.readouterr().out
    assert "refresh_token_reused" in logged
    for secret in (RUBEN["email"], code, tokens["access"], tokens["refresh"], PASSWORD, "Oakmere"):
        assert secret not in logged
