"""Commands about people: they say what they did, and refuse in words what they cannot do."""

import io
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from accounts import queries
from accounts.models import AccountAct, User

pytestmark = pytest.mark.django_db


def run(*args: str, typed: str = "") -> str:
    out = io.StringIO()
    with mock.patch("sys.stdin", io.StringIO(typed)):
        call_command(*args, stdout=out)
    return out.getvalue()


def test_somebody_of_staff_is_made() -> None:
    said = run("create_staff", "Tess@Example.test", "tess", "--name", "Tess", "--all-rights")
    tess = queries.account("tess@example.test")
    assert "is of staff" in said and tess.is_staff and tess.is_superuser and not tess.has_usable_password()
    run("create_staff", "uma@example.test", "uma", "--password", typed="three green boats at noon\n")
    uma = queries.account("@UMA")
    assert uma.is_staff and not uma.is_superuser and uma.check_password("three green boats at noon")


@pytest.mark.parametrize(
    ("email", "username", "typed", "words"),
    [
        ("nonsense", "tess", None, "e-mail address"),
        ("tess@example.test", "admin", None, "reserved"),
        ("tess@example.test", "pаypal", None, "letters a to z"),
        ("tess@example.test", "alice", None, "taken"),
        ("alice@example.test", "tess", None, "There is an account"),
        ("tess@example.test", "tess", "short\n", "at least 10"),
        ("tess@example.test", "tess", "", "standard input"),
        ("tess@example.test", "tess", "x" * 200 + "\n", "at most 128"),
    ],
)
def test_bad_input_makes_nobody(
    alice: User, email: str, username: str, typed: str | None, words: str
) -> None:
    args = ["create_staff", email, username, *([] if typed is None else ["--password"])]
    with pytest.raises(CommandError, match=words):
        run(*args, typed=typed or "")
    assert list(User.objects.all()) == [alice]


def test_an_account_is_suspended_and_restored(alice: User) -> None:
    assert "alice is suspended" in run("deactivate_user", "alice", "--reason", "Spam")
    with pytest.raises(CommandError, match="already"):
        run("deactivate_user", "ALICE@example.test", "--reason", "Spam")
    assert "alice is active" in run(
        "deactivate_user", "alice@example.test", "--undo", "--reason", "A mistake"
    )
    alice.refresh_from_db()
    assert alice.is_active
    acts = [(act.act, act.actor, act.reason) for act in AccountAct.objects.order_by("at")]
    assert acts == [("suspended", None, "Spam"), ("restored", None, "A mistake")]


@pytest.mark.parametrize(
    ("user", "reason"), [("nobody", "Spam"), ("", "Spam"), ("alice", "  "), ("alice", "x" * 501)]
)
def test_nonsense_suspends_nobody(alice: User, user: str, reason: str) -> None:
    with pytest.raises(CommandError):
        run("deactivate_user", user, "--reason", reason)
    alice.refresh_from_db()
    assert alice.is_active and not AccountAct.objects.exists()
