"""Static files are compressed on the wire, whoever serves them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

SHEET = "/static/css/tokens.css"


@pytest.fixture
def sheet() -> bytes:
    return Path(finders.find("css/tokens.css")).read_bytes()


def test_a_browser_gets_it_compressed_and_the_same_again(client, sheet):
    for _ in range(2):
        response = client.get(SHEET, headers={"Accept-Encoding": "gzip, br"})
        assert response["Content-Encoding"] == "gzip"
        assert response["Content-Type"].startswith("text/css")
        assert response["Content-Length"] == str(len(response.content))
        assert len(response.content) < len(sheet) / 2
        assert gzip.decompress(response.content) == sheet
        assert "Accept-Encoding" in response["Vary"]


def test_who_takes_no_gzip_gets_it_as_it_is(client, sheet):
    response = client.get(SHEET)
    assert "Content-Encoding" not in response
    assert b"".join(response) == sheet


def test_what_has_not_changed_is_not_sent_again(client):
    first = client.get(SHEET, headers={"Accept-Encoding": "gzip"})
    again = {"Accept-Encoding": "gzip", "If-Modified-Since": first["Last-Modified"]}
    response = client.get(SHEET, headers=again)
    assert response.status_code == 304
