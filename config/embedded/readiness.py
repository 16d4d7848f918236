"""Asks the running site whether it is ready, and which part is not."""

import http.client
import json

WEB = "the web server"
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


def parts_down(host: str, port: int) -> list[str]:
    """Empty when everything is ready."""
    status, body = _get(host, port, "/health/ready")
    if status == 200:
        return []
    return _named_parts(body) or [f"the web server (it answers {status})" if status else WEB]


def _get(host: str, port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(ANY_ADDRESS.get(host, host), port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _named_parts(body: bytes) -> list[str]:
    try:
        parts = json.loads(body)["parts"]
    except (ValueError, KeyError, TypeError):
        return []
    return [name for name, state in parts.items() if state != "ok"]
