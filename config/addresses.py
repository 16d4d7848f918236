"""The addresses of PostgreSQL and Redis as the environment gives them, for those who connect."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit


def database(url: str, password: str = "") -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?sslmode=require` as Django wants it.

    `password` is for a URL that holds none, so that the secret alone can lie in a file.
    """
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or password,
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


def redis_url(url: str, password: str) -> str:
    """`password` is for a URL that holds none, so that the secret alone can lie in a file."""
    parts = urlsplit(url)
    if password and not parts.password:
        server = parts.netloc.rpartition("@")[2]
        login = f"{parts.username or ''}:{quote(password, safe='')}"
        parts = parts._replace(netloc=f"{login}@{server}")
    if parts.scheme == "rediss" and "ssl_cert_reqs" not in parts.query:
        # Celery's client would else take any certificate.
        parts = parts._replace(query=f"{parts.query}&ssl_cert_reqs=required".lstrip("&"))
    return parts.geturl()


def numbered(url: str, number: int) -> str:
    """The cache and the live streams keep apart from the broker in numbered databases."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"{url}?db={number}"
    return parts._replace(path=f"/{number}").geturl()
