"""A changed e-mail can be taken back from the old mailbox; a picture can come along at sign-up."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import avatars
from accounts.models import AddressChange, User, UserSession
from accounts.operations import addresses, people
from accounts.tests.flows import PASSWORD, last_code, mails, prove, sign_up, signed_in
from accounts.tests.pictures import bomb, picture
from chatify.lib.errors import Conflict, NotFound

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/accounts/email/undo/[\w-]+/")


def change(client: Client, new: str) -> str:
    """Change the address of who is signed in; returns the link that the old mailbox got."""
    prove(client)
    client.post("/accounts/email/", {"action_add": "1", "email": new})
    client.post("/accounts/confirm-email/", {"code": last_code()})
    told = mails()[-1]
    assert told.subject == "Your Chatify e-mail was changed"
    return LINK.search(told.body)[0]


def test_the_old_mailbox_takes_the_account_back(client_for: Callable[[User], Client], alice: User) -> None:
    thief = client_for(alice)
    link = change(thief, "thief@example.test")
    assert mails()[-1].to == ["alice@example.test"]
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    owner = Client()
    page = owner.get(link)
    assert page["Referrer-Policy"] == "no-referrer" and "alice@example.test" in page.content.decode()
    assert "thief" not in page.content.decode()
    assert User.objects.get().email == "thief@example.test"  # looking changes nothing
    assert owner.post(link)["Location"] == "/accounts/login/code/"
    again = User.objects.get()
    assert again.email == "alice@example.test" and not again.has_usable_password()
    (address,) = EmailAddress.objects.all()
    assert (address.email, address.verified, address.primary) == ("alice@example.test", True, True)
    assert not signed_in(thief) or "/accounts/login/" in thief.get("/inbox/")["Location"]
    assert not UserSession.objects.exists() and not Authenticator.objects.exists()
    assert {tuple(each.to) for each in mails()[-2:]} == {("alice@example.test",), ("thief@example.test",)}
    for way in (owner.get, owner.post):
        assert way(link).status_code == 404


def test_later_changes_do_not_outweigh_the_first(client_for: Callable[[User], Client], alice: User) -> None:
    client = client_for(alice)
    first, second = change(client, "one@example.test"), change(client, "two@example.test")
    addresses.undo(first.split("/")[-2])
    with pytest.raises(NotFound):
        addresses.undo(second.split("/")[-2])
    assert User.objects.get().email == "alice@example.test"


def test_a_link_is_over_after_a_week_and_cannot_be_guessed(
    client: Client, client_for: Callable[[User], Client], alice: User
) -> None:
    link = change(client_for(alice), "one@example.test")
    assert link.split("/")[-2] not in str(list(AddressChange.objects.values()))
    AddressChange.objects.update(at=timezone.now() - timedelta(days=7, seconds=1))
    for path in (
        link,
        "/accounts/email/undo/x/",
        "/accounts/email/undo/%00/",
        f"/accounts/email/undo/{'a' * 3000}/",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    addresses.forget_old()
    assert not AddressChange.objects.exists()


def test_an_address_that_somebody_has_by_now_is_not_taken_from_them(
    client_for: Callable[[User], Client], alice: User
) -> None:
    token = change(client_for(alice), "one@example.test").split("/")[-2]
    people.create(email="alice@example.test", username="alice2", password=None)
    with pytest.raises(Conflict):
        addresses.undo(token)
    alice.refresh_from_db()
    assert alice.email == "one@example.test" and alice.has_usable_password()


def test_a_mistyped_address_at_sign_up_is_told_nothing(client: Client) -> None:
    sign_up(client, email="stranger@example.test")
    client.post("/accounts/confirm-email/", {"action": "change", "email": "erin@example.test"})
    client.post("/accounts/confirm-email/", {"code": last_code()})
    assert signed_in(client) and not AddressChange.objects.exists()


def upload(data: Any, name: str = "me.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.getvalue())


def test_a_picture_comes_along_at_sign_up(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    assert 'enctype="multipart/form-data"' in page and 'type="file"' in page
    assert sign_up(client, avatar=upload(picture("JPEG"))).status_code == 302  # type: ignore[arg-type]
    erin = User.objects.get()
    assert avatars.read(erin.avatar, "small").startswith(b"RIFF")
    assert sign_up(Client(), "frank").status_code == 302
    assert User.objects.get(username="frank").avatar == ""


@pytest.mark.parametrize("wrong", [b"<svg onload=alert(1)>", b"", bomb().getvalue(), b"GIF89a" + b"x" * 99])
def test_what_is_no_picture_stops_the_form_and_makes_nobody(client: Client, wrong: bytes) -> None:
    answer = sign_up(client, avatar=SimpleUploadedFile("me.png", wrong))  # type: ignore[arg-type]
    assert answer.status_code == 200 and answer.context["form"].errors["avatar"]
    assert not User.objects.exists() and PASSWORD not in answer.content.decode()
