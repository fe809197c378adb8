"""The admin: invisible to others than staff, and careful with people."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts import queries
from accounts.models import User

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
        chief.post(LIST, {"action": action, "_selected_action": [str(alice.pk), str(sam.pk)]})
        alice.refresh_from_db()
        assert alice.is_active is active
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
    client.post(LIST, {"action": "suspend", "_selected_action": [str(bob.pk)]})
    bob.refresh_from_db()
    assert bob.is_active and not bob.check_password(NEW)


def test_the_command_makes_a_superuser_who_needs_no_code(client: Client) -> None:
    User.objects.create_superuser("Root@Example.test", "rooty", NEW)
    client.post("/accounts/login/", {"login": "root@example.test", "password": NEW})
    assert client.get("/admin/").status_code == 200
