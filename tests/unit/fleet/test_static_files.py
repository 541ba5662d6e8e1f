"""How long browsers keep styles and scripts: for good under the address of what they hold, else not at all."""

from __future__ import annotations

import pytest
from django.test import Client

from fleet.web.templatetags.sala import asset

OURS = "/static/web/sala.css"


def kept(address: str) -> str:
    answer = Client(SERVER_NAME="localhost").get(address)
    assert answer.status_code == 200
    answer.close()
    return answer.headers["Cache-Control"]


def test_a_file_under_its_own_address_is_kept_for_good() -> None:
    assert asset("web/sala.css").startswith(f"{OURS}?v=")
    assert "immutable" in kept(asset("web/sala.css"))


@pytest.mark.parametrize("of_another_release", ["0123456789", "", "%00"])
def test_what_a_page_of_another_release_asks_for_is_not_kept(of_another_release: str) -> None:
    assert kept(f"{OURS}?v={of_another_release}") == "no-cache"
