"""The same protocol with a bucket. The server of these tests enforces no policy, so what is signed is read field by
field."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from django.test import Client

from accounts.models import User
from chatify.jobs import runner
from chatify.lib.errors import Conflict, Invalid, NotFound
from media import policy, storage
from media.models import State, Upload
from media.operations import uploads
from media.storage import Slot
from messaging.operations import conversations, members, messages

from . import samples

DATA = b"water the beans\n" * 100


def bring(slot: Slot, data: bytes) -> int:
    if slot.method == "PUT":
        return requests.put(slot.url, data=data, timeout=10).status_code
    return requests.post(slot.url, data=slot.fields, files={"file": data}, timeout=10).status_code


def arrive(owner: User, data: bytes, name: str = "beans.txt") -> Any:
    begun = uploads.begin(owner, name=name, size=len(data), type="text/plain")
    assert bring(begun.slot, data) == 204
    return uploads.finish(owner, begun.upload.pk, sha256=hashlib.sha256(data).hexdigest())


def names(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def test_the_signed_form_binds_everything(alice: User, bucket: Any) -> None:
    begun = uploads.begin(alice, name="photo.png", size=1234, type="image/png")
    fields = begun.slot.fields
    signed = json.loads(base64.b64decode(fields["policy"]))
    exact = {
        name: value for rule in signed["conditions"] if isinstance(rule, dict) for name, value in rule.items()
    }
    ranges = [rule for rule in signed["conditions"] if isinstance(rule, list)]
    assert ranges == [["content-length-range", 1234, 1234]]
    assert (exact["bucket"], exact["key"], exact["Content-Type"]) == (
        bucket.name, f"incoming/{begun.upload.key}", "image/png",
    )  # fmt: skip
    assert exact["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert exact["x-amz-credential"].split("/")[2:] == ["eu-central-1", "s3", "aws4_request"]
    assert set(exact) == {
        "bucket",
        "key",
        "Content-Type",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
    }
    expires = datetime.fromisoformat(signed["expiration"])
    assert timedelta(0) < expires - datetime.now(UTC) <= timedelta(seconds=policy.LINK_SECONDS)
    assert set(fields) == {*exact, "policy", "x-amz-signature"} - {"bucket"}
    assert "SE/CRET" not in json.dumps(fields) and begun.slot.method == "POST"


def test_no_link_puts_more_than_was_promised(
    client_for: Callable[[User], Client], alice: User, bucket: Any
) -> None:
    client, size = client_for(alice), policy.PART_BYTES + 7
    for more in ({}, {"purpose": "voice", "type": "audio/webm"}, {"type": "text/html"}):
        wish = {"name": "a", "size": size, **more}
        told = client.post("/api/v1/uploads", wish, content_type="application/json").json()
        assert (told["method"], told["headers"], urlsplit(told["url"]).query) == ("POST", {}, "")
        row = Upload.objects.get(pk=told["id"])
        assert told["fields"]["key"] == f"incoming/{row.key}"
        for number in (1, 2):
            part = client.post(f"/api/v1/uploads/{row.pk}/parts/{number}").json()
            url = urlsplit(part["url"])
            signed = parse_qs(url.query)
            assert (part["method"], url.path) == ("PUT", f"/{bucket.name}/incoming/{row.key}")
            assert (signed["partNumber"], len(signed["uploadId"])) == ([str(number)], 1)
            assert signed["X-Amz-SignedHeaders"] == ["content-length;host"]
    for method in ("PUT", "PATCH"):
        assert client.generic(method, f"/api/v1/uploads/{row.pk}").status_code == 405
    asked = {"name": "a", "size": 9, "method": "PUT", "key": "kept/x", "url": "https://elsewhere.example/"}
    told = client.post("/api/v1/uploads", asked, content_type="application/json").json()
    assert told["method"] == "POST"
    assert told["fields"]["key"] == f"incoming/{Upload.objects.get(pk=told['id']).key}"
    assert "elsewhere" not in told["url"]


def test_a_file_goes_in_is_kept_and_comes_out_by_a_short_link(
    client_for: Callable[[User], Client], alice: User, bob: User, bucket: Any
) -> None:
    file = arrive(alice, photo := samples.photo(), name="garden.jpg")
    assert names(bucket) == [f"kept/{file.key}"], "the incoming area is empty again"
    runner.run_due()
    file.refresh_from_db()
    assert file.state == State.READY and file.key in "".join(names(bucket))
    group = conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4())
    messages.send(alice, conversation=group.id, body="", client_id=uuid4(), attachments=[file.pk])
    for rendition in ("", "?rendition=thumb"):
        answer = client_for(bob).get(f"/api/v1/attachments/{file.pk}{rendition}")
        assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
        link = parse_qs(urlsplit(answer["Location"]).query)
        assert link["X-Amz-Expires"] == ["300"] and link["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        got = requests.get(answer["Location"], timeout=10)
        assert got.status_code == 200 and b"SECRETCAM" not in got.content
        how = "inline" if rendition else "attachment"
        assert got.headers["Content-Disposition"] == f"{how}; filename*=UTF-8''garden.jpg"
    assert b"SECRETCAM" in photo
    members.remove(alice, conversation=group.id, user=bob)
    for client in (client_for(bob), Client()):
        answer = client.get(f"/api/v1/attachments/{file.pk}")
        assert answer.status_code in (401, 404)
        assert bucket.name not in answer.content.decode() and "Location" not in answer.headers


def test_a_form_used_again_changes_nothing_that_was_checked(alice: User, bucket: Any) -> None:
    begun = uploads.begin(alice, name="a.txt", size=len(DATA), type="text/plain")
    assert bring(begun.slot, DATA) == 204
    row = uploads.finish(alice, begun.upload.pk)
    assert bring(begun.slot, b"X" * len(DATA)) == 204
    assert b"".join(storage.current().chunks(row.key)) == DATA


def test_a_large_file_goes_on_where_it_stopped(
    alice: User, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "PART_BYTES", 5 * 2**20)
    data = bytes(range(256)) * (6 * 2**20 // 256)
    row = uploads.begin(alice, name="film.bin", size=len(data)).upload
    slot = uploads.part(alice, row.pk, 1)
    signed = parse_qs(urlsplit(slot.url).query)
    assert (signed["partNumber"], signed["X-Amz-Expires"]) == (["1"], ["300"])
    assert "content-length" in signed["X-Amz-SignedHeaders"][0], "the length of a part is signed, too"
    assert bring(slot, data[: policy.PART_BYTES]) == 200
    row.refresh_from_db()
    assert uploads.arrived(row) == {1: policy.PART_BYTES}
    with pytest.raises(Conflict):
        uploads.finish(alice, row.pk)
    assert bring(uploads.part(alice, row.pk, 2), data[policy.PART_BYTES :]) == 200
    done = uploads.finish(alice, row.pk, sha256=hashlib.sha256(data).hexdigest())
    assert b"".join(storage.current().chunks(done.key)) == data


def test_what_did_not_arrive_or_is_another_is_not_taken(alice: User, bucket: Any) -> None:
    begun = uploads.begin(alice, name="a.txt", size=len(DATA), type="text/plain")
    with pytest.raises(NotFound, match="Nothing of this file"):
        uploads.finish(alice, begun.upload.pk)
    bring(begun.slot, DATA + b"more")  # the real thing refuses it by its policy
    with pytest.raises(Conflict):
        uploads.finish(alice, begun.upload.pk)
    bring(begun.slot, DATA)
    with pytest.raises(Invalid, match="checksum"):
        uploads.finish(alice, begun.upload.pk, sha256="0" * 64)
    runner.run_due()
    assert names(bucket) == []


def test_what_is_forgotten_is_gone(alice: User, bucket: Any) -> None:
    kept = arrive(alice, DATA)
    parts = uploads.begin(alice, name="b.bin", size=len(DATA)).upload
    uploads.part(alice, parts.pk, 1)
    begun = uploads.begin(alice, name="c.txt", size=len(DATA), type="text/plain")
    bring(begun.slot, DATA)
    assert storage.current().sweep(datetime.now(UTC) + timedelta(minutes=1)) == 2
    for row in (kept, parts, begun.upload):
        uploads.discard(alice, row.pk)
    runner.run_due()
    assert names(bucket) == []
    assert list(bucket.multipart_uploads.all()) == []


def test_a_form_without_a_script_reaches_the_bucket(alice: User, bucket: Any) -> None:
    row = uploads.take(
        alice, name="a.txt", size=len(DATA), type="text/plain", chunks=[DATA[:100], DATA[100:]]
    )
    assert b"".join(storage.current().chunks(row.key)) == DATA
