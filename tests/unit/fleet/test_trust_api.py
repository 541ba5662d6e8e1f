"""The trust repository over HTTPS: files as they are, ranges of them, and nothing beside them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.conf import settings
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from fleet.api import trust
from fleet.api.kiosks import PEER
from fleet.trust.certificates import Doer, Peer, issue
from fleet.trust.models import Origin
from fleet.trust.signing_request import read_request
from tests.support.identities import new_key, signing_request

NAME = f"firmware/{'ab' * 32}.sala-1.2.raucb"
BUNDLE = bytes(range(256)) * 2048


@pytest.fixture
def bundle() -> Path:
    file = Path(settings.DATA_DIR) / "trust" / "targets" / NAME
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(BUNDLE)
    return file


def asked(name: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    certificate = issue("CBI-01", read_request(signing_request(new_key())), Origin.REQUEST, Doer())
    request = RequestFactory().get("/", headers=headers)
    request.scope = {PEER: Peer("CBI-01", certificate.serial)}
    answer = trust.target(request, name=name)
    if not isinstance(answer, StreamingHttpResponse):
        return answer.status_code, answer.content, dict(answer.headers)

    async def whole() -> bytes:
        return b"".join([piece async for piece in answer])

    return answer.status_code, asyncio.run(whole()), dict(answer.headers)


def test_a_bundle_whole(bundle: Path) -> None:
    status, content, headers = asked(NAME)
    assert (status, content) == (200, BUNDLE)
    assert (headers["Content-Length"], headers["Accept-Ranges"]) == (str(len(BUNDLE)), "bytes")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=300000-", 300_000, len(BUNDLE) - 1), ("bytes=5-999999999", 5, len(BUNDLE) - 1)],
)
def test_a_range_of_it(bundle: Path, said: str, first: int, last: int) -> None:
    status, content, headers = asked(NAME, Range=said)
    assert (status, content) == (206, BUNDLE[first : last + 1])
    assert headers["Content-Range"] == f"bytes {first}-{last}/{len(BUNDLE)}"


@pytest.mark.parametrize("said", [f"bytes={len(BUNDLE)}-", "bytes=9-3"])
def test_bytes_it_does_not_have(bundle: Path, said: str) -> None:
    assert asked(NAME, Range=said)[0] == 416


@pytest.mark.parametrize(
    "name",
    [
        "../online/timestamp-1.key",
        "firmware/../../online/timestamp-1.key",
        "firmware/" + "0" * 64 + ".x",
        "firmware",
        "",
    ],
)
def test_nothing_beside_the_targets(bundle: Path, name: str) -> None:
    assert asked(name)[0] == 404


@pytest.mark.parametrize("name", ["../online/timestamp-1.key", "nothing.json", ".json", "1.root.json.new"])
def test_nothing_beside_the_metadata(name: str) -> None:
    certificate = issue("CBI-01", read_request(signing_request(new_key())), Origin.REQUEST, Doer())
    request = RequestFactory().get("/")
    request.scope = {PEER: Peer("CBI-01", certificate.serial)}
    assert trust.metadata(request, name=name).status_code == 404
