"""Files in a bucket: the bytes of browsers and programs go straight there, by presigned forms that bind everything.

Loaded only where S3_URL is set. What came in lies below `incoming/`, what was checked below `kept/`; presigned forms
name the first only, so that nothing that was checked can be written again.
"""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from boto3.exceptions import Boto3Error
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from chatify.lib.errors import Unavailable
from media import policy
from media.storage import Slot

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
CHUNK = 2**20
REMOVED_AT_ONCE = 1000


@contextmanager
def _asking() -> Iterator[None]:
    """What somebody waits for: where the bucket does not answer, or not as buckets do, that is told in words. Raises
    Unavailable; boto has tried three times by then."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError, KeyError) as error:
        log.warning("the bucket did not do what was asked (%s): %s", type(error).__name__, str(error)[:200])
        raise Unavailable("The store of files does not answer as it should. Try again in a moment.") from None


def _asked(work: Callable[P, T]) -> Callable[P, T]:
    @wraps(work)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        with _asking():
            return work(*args, **kwargs)

    return asked


class Bucket:
    """The bucket that S3_URL names."""

    def __init__(self) -> None:
        place = urlsplit(settings.CHATIFY_S3_URL)
        self._name = place.path.strip("/")
        if not (place.username and place.password and place.hostname and self._name):
            raise ImproperlyConfigured(
                "S3_URL is https://KEY:SECRET@host/bucket, with ?region= where it has one."
            )
        port = f":{place.port}" if place.port else ""
        self._endpoint = f"{place.scheme}://{place.hostname}{port}"
        self._credentials = unquote(place.username), unquote(place.password)
        self._region = parse_qs(place.query).get("region", ["us-east-1"])[0]

    @cached_property
    def _client(self) -> Any:
        key, secret = self._credentials
        client = boto3.client(
            "s3",
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            # boto's own default still signs links the old way.
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 3, "mode": "standard"},
            ),
        )
        client.meta.events.register("before-call.s3", _stay)
        return client

    def slot(self, key: str, *, size: int, type: str) -> Slot:
        name = _incoming(key)
        form = self._client.generate_presigned_post(
            self._name,
            name,
            Fields={"Content-Type": type},
            Conditions=[{"Content-Type": type}, ["content-length-range", size, size]],
            ExpiresIn=policy.LINK_SECONDS,
        )
        return Slot("POST", form["url"], _soon(), fields=form["fields"])

    @_asked
    def bring(self, key: str, chunks: Iterable[bytes], *, size: int, type: str) -> None:
        with tempfile.TemporaryFile() as file:
            for chunk in chunks:
                file.write(chunk)
            file.seek(0)
            self._client.upload_fileobj(file, self._name, _incoming(key), ExtraArgs={"ContentType": type})

    @_asked
    def open_parts(self, key: str, *, type: str) -> str:
        begun = self._client.create_multipart_upload(Bucket=self._name, Key=_incoming(key), ContentType=type)
        return str(begun["UploadId"])

    def part_slot(self, key: str, session: str, number: int, *, size: int) -> Slot:
        # A presigned PUT binds no size by itself: the length is signed as a header.
        about = {**self._part(key, session), "PartNumber": number, "ContentLength": size}
        url = self._client.generate_presigned_url("upload_part", Params=about, ExpiresIn=policy.LINK_SECONDS)
        return Slot("PUT", url, _soon())

    @_asked
    def parts(self, key: str, session: str) -> dict[int, int]:
        return {part["PartNumber"]: part["Size"] for part in self._parts(key, session)}

    @_asked
    def join(self, key: str, session: str) -> None:
        parts = [
            {"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in self._parts(key, session)
        ]
        self._client.complete_multipart_upload(**self._part(key, session), MultipartUpload={"Parts": parts})

    @_asked
    def arrived(self, key: str) -> int | None:
        about = self._head(_incoming(key)) or self._head(_kept(key))
        return int(about["ContentLength"]) if about else None

    @_asked
    def keep(self, key: str) -> None:
        about = self._head(_incoming(key))
        if self._head(_kept(key)):
            return  # by somebody who asked before, or asks now; what came in once more is swept away
        if about is None:
            raise FileNotFoundError(key)
        # By ETag: what a link brings meanwhile is another object, and is not taken.
        source = {"Bucket": self._name, "Key": _incoming(key)}
        self._client.copy(source, self._name, _kept(key), ExtraArgs={"CopySourceIfMatch": about["ETag"]})
        self._client.delete_object(Bucket=self._name, Key=_incoming(key))

    def add(self, key: str, path: Path, *, type: str, only: bool = False) -> None:
        self._client.upload_file(str(path), self._name, _kept(key), ExtraArgs={"ContentType": type})

    def chunks(self, key: str) -> Iterator[bytes]:
        with _asking():
            yield from self._get(key)["Body"].iter_chunks(CHUNK)

    @contextmanager
    def at_hand(self, key: str) -> Iterator[Path]:
        folder = Path(settings.MEDIA_ROOT) / "work"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            for chunk in self.chunks(key):
                file.write(chunk)
            file.flush()
            yield Path(file.name)

    def link(self, key: str, *, type: str, disposition: str) -> str | None:
        about = {
            "Bucket": self._name,
            "Key": _kept(key),
            "ResponseContentType": type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, max-age=300",
        }
        link: str = self._client.generate_presigned_url(
            "get_object", Params=about, ExpiresIn=policy.LINK_SECONDS
        )
        return link

    def remove(self, keys: Iterable[str]) -> None:
        names = [{"Key": _kept(key)} for key in keys]
        for start in range(0, len(names), REMOVED_AT_ONCE):
            batch = {"Objects": names[start : start + REMOVED_AT_ONCE], "Quiet": True}
            self._client.delete_objects(Bucket=self._name, Delete=batch)

    def discard(self, key: str, session: str) -> None:
        if session:
            try:
                self._client.abort_multipart_upload(**self._part(key, session))
            except ClientError as error:
                if not _is_missing(error):
                    raise
        self._client.delete_object(Bucket=self._name, Key=_incoming(key))

    def sweep(self, before: datetime) -> int:
        old = [
            each["Key"]
            for page in self._pages("list_objects_v2", "Contents")
            for each in page
            if each["LastModified"] < before
        ]
        for name in old:
            self._client.delete_object(Bucket=self._name, Key=name)
        return len(old) + self._abort(before)

    def _abort(self, before: datetime) -> int:
        """Files in parts that were begun and left."""
        left = [
            each
            for page in self._pages("list_multipart_uploads", "Uploads")
            for each in page
            if each["Initiated"] < before
        ]
        for each in left:
            self._client.abort_multipart_upload(Bucket=self._name, Key=each["Key"], UploadId=each["UploadId"])
        return len(left)

    def _pages(self, call: str, field: str) -> Iterator[list[dict[str, Any]]]:
        for page in self._client.get_paginator(call).paginate(Bucket=self._name, Prefix="incoming/"):
            yield page.get(field, [])

    def _parts(self, key: str, session: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("list_parts").paginate(**self._part(key, session))
        try:
            return [part for page in pages for part in page.get("Parts", [])]
        except ClientError as error:
            if _is_missing(error):
                return []  # they are one file by now, or were given up
            raise

    def _part(self, key: str, session: str) -> dict[str, Any]:
        return {"Bucket": self._name, "Key": _incoming(key), "UploadId": session}

    def _head(self, name: str) -> dict[str, Any] | None:
        try:
            return cast(dict[str, Any], self._client.head_object(Bucket=self._name, Key=name))
        except ClientError as error:
            if _is_missing(error):
                return None
            raise

    def _get(self, key: str) -> Any:
        try:
            return self._client.get_object(Bucket=self._name, Key=_kept(key))
        except ClientError as error:
            if _is_missing(error):
                raise FileNotFoundError(key) from None
            raise


def _stay(context: dict[str, Any], **_: Any) -> None:
    """The bucket is where S3_URL says: boto follows no redirect elsewhere, as if it had followed one already."""
    context.setdefault("s3_redirect", {})["redirected"] = True


def _incoming(key: str) -> str:
    return f"incoming/{key}"


def _kept(key: str) -> str:
    return f"kept/{key}"


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=policy.LINK_SECONDS)


def _is_missing(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NoSuchUpload", "NotFound")
