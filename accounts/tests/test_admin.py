"""The admin: invisible to others than staff, and careful with people."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client
from django.test.utils import override_settings

from accounts import queries
from accounts.models import AccountAct, User
from accounts.operations import people
from accounts.tests.flows import app_code, set_up_app, sign_in, signed_in, tokens

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
NEW = "three green boats at noon"


@pytest.fixture
def chief(sam: User) -> Client:
    sam.is_superuser = True
    sam.save()
    client = Client()
    client.force_login(sam)
    return client


@pytest.mark.parametrize("path", ["/admin/", LIST, "/admin/nonsense/", "/admin/jsi18n/", "/admin/logout/"])
def test_for_others_there_is_no_admin(client: Client, alice: User, path: str) -> None:
    assert client.get(path).status_code == 404
    client.force_login(alice)
    assert client.get(path).status_code == 404
    assert client.post("/admin/login/", {"username": "alice"}).status_code == 404


def test_its_sign_in_is_ours(client: Client, sam: User, client_for: object) -> None:
    assert client.get("/admin/login/").headers["Location"] == "/accounts/login/?next=/admin/"
    client.force_login(sam)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/").headers["Location"] == "/admin/"
    assert client.post("/admin/logout/").headers["Location"] == "/accounts/logout/"
    assert client.get("/admin/password_change/").headers["Location"] == "/accounts/password/change/"


def test_staff_find_suspend_and_restore_people(chief: Client, alice: User, bob: User, sam: User) -> None:
    page = chief.get(LIST, {"q": "alice@"}).content
    assert b"alice@example.test" in page and b"bob@example.test" not in page
    assert chief.get(f"{LIST}{alice.pk}/change/").status_code == 200
    for action, active in (("suspend", False), ("restore", True)):
        wish = {"action": action, "_selected_action": [str(alice.pk), str(sam.pk)], "reason": "  Spam\x00 "}
        assert b"Nothing was done" in chief.post(LIST, wish | {"reason": " "}, follow=True).content
        assert chief.post(LIST, wish, follow=True).status_code == 200
        alice.refresh_from_db()
        assert alice.is_active is not active
        chief.post(LIST, wish | {"reason": "Spam in the garden group"})
        alice.refresh_from_db()
        assert alice.is_active is active
    history = chief.get(f"{LIST}{alice.pk}/change/").content.decode()
    assert history.count("Spam in the garden group") == 2
    acts = [(act.act, act.actor, act.reason) for act in AccountAct.objects.filter(subject=alice)]
    assert [act[:2] for act in acts] == [("restored", sam), ("suspended", sam)]
    sam.refresh_from_db()
    assert sam.is_active


def test_staff_add_a_person_who_can_sign_in_at_once(chief: Client, client: Client) -> None:
    fields = {
        "email": "Erin@Example.test",
        "username": "Erin",
        "display_name": "Erin",
        "usable_password": "true",
    }
    fields |= {"password1": NEW, "password2": NEW}
    refused = chief.post(f"{LIST}add/", fields | {"username": "admin"})
    assert refused.status_code == 200 and b"reserved" in refused.content
    assert chief.post(f"{LIST}add/", fields).status_code == 302
    client.post("/accounts/login/", {"login": "erin@example.test", "password": NEW})
    assert queries.authenticate_cookie(client.session.session_key)


def test_a_password_set_by_staff_ends_the_sessions(chief: Client, alice: User, client: Client) -> None:
    client.force_login(alice)
    key = str(client.session.session_key)
    fields = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert chief.post(f"{LIST}{alice.pk}/password/", fields).status_code == 302
    assert not queries.session_alive(alice.pk, key)


def test_staff_without_all_rights_cannot_give_themselves_more(sam: User, client: Client) -> None:
    client.force_login(sam)
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}{sam.pk}/change/", {"is_superuser": "on"}).status_code == 403


def test_staff_who_may_change_people_cannot_touch_a_superuser(sam: User, bob: User, client: Client) -> None:
    User.objects.filter(pk=bob.pk).update(is_superuser=True, is_staff=True)
    sam.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(sam)
    fields = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert client.post(f"{LIST}{bob.pk}/password/", fields).status_code == 403
    assert client.post(f"{LIST}{bob.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "suspend", "_selected_action": [str(bob.pk)], "reason": "x"})
    bob.refresh_from_db()
    assert bob.is_active and not bob.check_password(NEW)


def test_the_command_makes_a_superuser_who_needs_no_code(client: Client) -> None:
    User.objects.create_superuser("Root@Example.test", "rooty", NEW)
    client.post("/accounts/login/", {"login": "root@example.test", "password": NEW})
    assert client.get("/admin/").status_code == 200


def test_what_staff_did_is_not_edited(chief: Client, alice: User) -> None:
    people.suspend(alice, reason="Spam")
    acts = "/admin/accounts/accountact/"
    assert b"Spam" in chief.get(acts).content
    act = AccountAct.objects.get()
    assert chief.get(f"{acts}add/").status_code == 403
    assert chief.post(f"{acts}{act.pk}/change/", {"reason": "none"}).status_code == 403
    assert chief.post(f"{acts}{act.pk}/delete/", {"post": "yes"}).status_code == 403
    chief.post(acts, {"action": "delete_selected", "_selected_action": [str(act.pk)], "post": "yes"})
    assert AccountAct.objects.filter(pk=act.pk, reason="Spam").exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [("is_active__exact=0", {"bob"}), ("is_staff__exact=1", {"sam"}), ("verified=no", {"carol"})],
)
def test_people_are_filtered(
    chief: Client, alice: User, bob: User, carol: User, query: str, found: set[str]
) -> None:
    people.suspend(bob, reason="Spam")
    EmailAddress.objects.filter(user=carol).update(verified=False)
    listed = chief.get(f"{LIST}?{query}").context["cl"].result_list
    assert {person.username for person in listed} == found


def test_staff_with_a_second_step_do_not_enter_by_password_alone(sam: User) -> None:
    home = Client()
    home.force_login(sam)
    secret = set_up_app(home)
    asked = home.get("/admin/")  # this session began before there was a second step
    assert asked.url == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    home.post(asked.url, {"code": app_code(secret), "next": "/admin/"})
    assert home.get("/admin/").status_code == 200
    visitor = Client()
    assert sign_in(visitor, sam.email).url == "/accounts/2fa/authenticate/"
    assert visitor.get("/admin/").status_code == 404
    visitor.post("/accounts/2fa/authenticate/", {"code": app_code(secret, steps=1)})
    visitor.post("/accounts/2fa/trust/", {"action": "trust"})
    assert visitor.get("/admin/").status_code == 200
    visitor.post("/accounts/logout/")
    assert sign_in(visitor, sam.email).status_code == 302 and signed_in(visitor)
    assert "/2fa/reauthenticate/" in visitor.get("/admin/").url  # trusted, but not that much


@override_settings(CHATIFY_ADMIN_REQUIRE_2FA=True)
def test_staff_without_a_second_step_are_asked_to_set_one_up(sam: User, alice: User) -> None:
    client = Client()
    client.force_login(sam)
    assert client.get("/admin/").url == "/settings/security/"
    assert b"needs a second step" in client.get("/settings/security/").content
    client.force_login(alice)
    assert client.get("/admin/").status_code == 404


def test_a_suspended_person_is_out_with_their_tokens(alice: User) -> None:
    program, browser = Client(), Client()
    bearer = {"authorization": f"Bearer {tokens(program, alice.email)['access_token']}"}
    sign_in(browser, alice.email)
    people.suspend(alice, reason="Spam")
    assert program.get("/api/v1/people", headers=bearer).status_code == 401
    sign_in(browser, alice.email)
    assert browser.get("/inbox/").status_code == 302
