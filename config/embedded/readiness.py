"""Asks the running site whether it is ready, and which part is not."""

import http.client
import json

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


def parts_down(host: str, port: int) -> list[str]:
    """Empty when everything is ready."""
    connection = http.client.HTTPConnection(ANY_ADDRESS.get(host, host), port, timeout=10)
    try:
        connection.request("GET", "/health/ready", headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return ["the web server"]
    finally:
        connection.close()
    if answer.status == 200:
        return []
    return _named_parts(body) or [f"the web server (it answers {answer.status})"]


def _named_parts(body: bytes) -> list[str]:
    try:
        parts = json.loads(body)["parts"]
    except (ValueError, KeyError, TypeError):
        return []
    return [name for name, state in parts.items() if state != "ok"]
