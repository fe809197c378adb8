"""What only a start shows: migrations that are missing, a production that is not safe."""

import secrets

import pytest
from django.core.management import call_command

from tests.services.processes import clean_environment
from tests.services.server import run_python

PRODUCTION = {
    "CHATIFY_PROFILE": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "chat.example.org",
    "CHATIFY_ORIGINS": "https://chat.example.org",
    "EMAIL_URL": "smtp+tls://chatify:secret@mail.example.org:587",
}
UNSAFE = {
    "CHATIFY_DEBUG": "1",
    "SECRET_KEY": "short",
    "ALLOWED_HOSTS": "*",
    "CHATIFY_ORIGINS": "http://chat.example.org",
    "CHATIFY_LIMITS": "off",
    "CHATIFY_PROXIES": "*",
    "EMAIL_URL": "",
}


def check_deploy(tmp_path: object, **changed: str) -> tuple[int, str]:
    env = clean_environment(**PRODUCTION, CHATIFY_DATA=str(tmp_path)) | changed
    done = run_python("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=env, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


def test_a_production_of_good_values_passes_the_deployment_check(tmp_path: object) -> None:
    code, words = check_deploy(tmp_path)
    assert code == 0, words


@pytest.mark.parametrize("name", UNSAFE)
def test_production_refuses_to_start_with_an_unsafe(name: str, tmp_path: object) -> None:
    code, words = check_deploy(tmp_path, **{name: UNSAFE[name]})
    assert code != 0
    assert name in words


def test_production_refuses_a_key_that_was_not_given(tmp_path: object) -> None:
    code, words = check_deploy(tmp_path, SECRET_KEY="")
    assert code != 0
    assert "SECRET_KEY must come from the environment" in words
