"""Pictures of people: whatever comes in, only squares of our own making go out, and only to those signed in."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.utils import override_settings
from PIL import Image

from accounts.models import User
from accounts.operations import profile
from accounts.tests.pictures import bomb, located, picture
from chatify.lib.errors import Invalid, TooMany

SignIn = Callable[[User], Client]
HOSTILE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "cut short": picture("PNG").getvalue()[:80],
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "tiff": picture("TIFF").getvalue(),
    "nothing": b"\x00",
    "gif head": b"GIF89a" + b"\xff" * 64,
}


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def served(client: Client, url: str) -> Image.Image:
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_a_picture_becomes_two_squares(alice: User, bob: User, client_for: SignIn, format: str) -> None:
    profile.set_avatar(alice, picture(format))
    client = client_for(bob)
    shape = client.get(f"/api/v1/people/{alice.id}").json()
    assert served(client, shape["avatar_url"]).size == (128, 128)
    assert served(client, str(alice.avatar_large_url)).size == (512, 512)


def test_nothing_of_where_it_was_taken_is_left(alice: User, client_for: SignIn) -> None:
    profile.set_avatar(alice, located())
    client = client_for(alice)
    data = client.get(str(alice.avatar_large_url)).content
    shown = served(client, str(alice.avatar_large_url))
    assert not shown.getexif()
    assert b"Secret" not in data
    assert b"EXIF" not in data
    # Turned upright: what was above is now at the right.
    assert shown.convert("RGB").getpixel((500, 256))[0] > 200  # type: ignore[index]
    assert shown.convert("RGB").getpixel((10, 256))[2] > 200  # type: ignore[index]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_in_words(alice: User, client_for: SignIn, name: str) -> None:
    profile.set_avatar(alice, picture())
    kept = alice.avatar
    source = io.BytesIO(HOSTILE[name])
    source.name = "me.png"
    answer = client_for(alice).post("/settings/profile/picture/", {"avatar": source})
    assert answer.status_code == 422
    assert "could not be read" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.avatar == kept


@pytest.mark.parametrize("source", [bomb(), bomb(13_000), bomb(9_000)], ids=["bomb", "long", "many"])
def test_bombs_are_refused_before_they_are_opened(alice: User, source: io.BytesIO) -> None:
    with pytest.raises(Invalid, match="too many pixels"):
        profile.set_avatar(alice, source)


def test_five_megabytes_are_the_limit(alice: User, client_for: SignIn) -> None:
    large = io.BytesIO(picture().getvalue() + b"\x00" * (5 * 1024 * 1024))
    large.name = "large.png"
    client = client_for(alice)
    assert "at most 5 MB" in client.post("/settings/profile/picture/", {"avatar": large}).content.decode()
    large.seek(0)
    answer = client.post("/api/v1/me/avatar", {"avatar": large})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["avatar"])


def test_strangers_and_guessers_see_nothing(alice: User, client_for: SignIn, client: Client) -> None:
    profile.set_avatar(alice, picture())
    assert client.get(str(alice.avatar_url)).status_code == 302
    signed_in = client_for(alice)
    for path in ["/avatars/x/small/", "/avatars/..%2f..%2fchatify/small/", f"{alice.avatar_url}x/"]:
        assert signed_in.get(path).status_code == 404, path
    assert signed_in.get(str(alice.avatar_url).replace("small", "huge")).status_code == 404


def test_the_old_picture_goes_with_the_new_one(
    alice: User, client_for: SignIn, settings: LazySettings
) -> None:
    client = client_for(alice)
    client.post("/settings/profile/picture/", {"avatar": picture()})
    alice.refresh_from_db()
    first = str(alice.avatar_url)
    client.post("/settings/profile/picture/", {"avatar": picture("JPEG")})
    assert client.get(first).status_code == 404
    client.post("/settings/profile/picture/", {"remove": "1"})
    assert client.get("/api/v1/me").json()["avatar_url"] is None
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_picture_comes_and_goes_over_json(alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    assert client.post("/api/v1/me/avatar", {"avatar": picture()}).json()["avatar_url"]
    assert client.post("/api/v1/me/avatar", {}).status_code == 422
    assert client.post("/api/v1/me/avatar", b"{}", content_type="application/json").status_code in (415, 422)
    assert client.delete("/api/v1/me/avatar").json()["avatar_url"] is None


@override_settings(CHATIFY_LIMITS=1.0)
def test_pictures_are_not_changed_all_day(alice: User) -> None:
    for _ in range(20):
        profile.set_avatar(alice, picture(size=(20, 20)))
    with pytest.raises(TooMany):
        profile.set_avatar(alice, picture())


def test_a_face_is_a_picture_or_letters(alice: User, bob: User, client_for: SignIn) -> None:
    def face() -> Any:
        return client_for(bob).get("/people/alice/").content.decode()

    assert "<img" not in face()
    profile.set_avatar(alice, picture())
    assert f'<img src="{alice.avatar_large_url}"' in face()
