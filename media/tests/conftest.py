"""A bucket of one's own."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from media import storage


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(moto: str, settings: Any) -> Iterator[Any]:
    """An empty bucket of this test's own, in use by the server."""
    name = f"files-{uuid4().hex[:12]}"
    settings.CHATIFY_S3_URL = f"http://KEY:SE%2FCRET@{moto}/{name}?region=eu-central-1"
    settings.CHATIFY_STORE = "media.storage.s3.Bucket"
    about = {"endpoint_url": f"http://{moto}", "aws_access_key_id": "KEY", "aws_secret_access_key": "SE/CRET"}
    made = boto3.resource("s3", region_name="us-east-1", **about).create_bucket(Bucket=name)
    storage.current.cache_clear()
    yield made
    storage.current.cache_clear()
