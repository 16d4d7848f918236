"""Static files on the wire: what was not compressed beforehand is when it is first asked for."""

from __future__ import annotations

import gzip
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware

COMPRESSED = ("text/", "application/json", "image/svg+xml")
SMALL = 200  # bytes; below it compressing gains nothing
_kept: dict[str, tuple[str, bytes]] = {}  # path → when it was changed, its bytes


class StaticFiles(WhiteNoiseMiddleware):
    """The image holds its files compressed; `make run` serves them from where they lie."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        response = WhiteNoiseMiddleware.serve(static_file, request)
        if not response.headers.get("Content-Type", "").startswith(COMPRESSED):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if response.status_code != 200 or "Content-Encoding" in response.headers:
            return response
        if "gzip" not in request.headers.get("Accept-Encoding", "") or request.method != "GET":
            return response
        return _compressed(request.path_info, response)


def _compressed(path: str, response: Any) -> HttpResponse:
    changed = response.headers.get("Last-Modified", "")
    known, content = _kept.get(path, ("", b""))
    if not known or known != changed:
        plain = b"".join(response)
        if len(plain) < SMALL:
            return HttpResponse(plain, headers=dict(response.headers))
        content = gzip.compress(plain, mtime=0)
        _kept[path] = changed, content
    response.close()
    headers = {**response.headers, "Content-Encoding": "gzip", "Content-Length": str(len(content))}
    return HttpResponse(content, headers=headers)
