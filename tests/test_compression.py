"""Pages are sent compressed, in the way that costs least of those a browser takes."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from importlib import import_module

import brotli
import pytest
from flask.testing import FlaskClient

zstd = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
ADDRESS = "/search?q=attendance"
OPENED: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstd.decompress,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


@pytest.mark.parametrize(
    ("taken", "chosen"),
    [("gzip, deflate, br, zstd", "zstd"), ("gzip, deflate, br", "br"), ("gzip", "gzip"), ("zstd;q=0.5, gzip", "gzip")],
)
def test_a_page_is_compressed_in_the_cheapest_way_that_the_browser_takes(
    client: FlaskClient, taken: str, chosen: str
) -> None:
    plain = client.get(ADDRESS, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    answer = client.get(ADDRESS, headers={"Accept-Encoding": taken})
    assert answer.headers["Content-Encoding"] == chosen
    assert len(answer.data) < len(plain.data) / 4
    assert OPENED[chosen](answer.data) == plain.data
    assert answer.headers["Vary"] == "Accept-Encoding"
