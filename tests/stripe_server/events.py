"""Events as Stripe sends them: a body, and a signature over it and the time."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.request

from tests.stripe_server.shapes import Shape


def body_of(event: Shape) -> bytes:
    return json.dumps(event, indent=2).encode()


def signature(body: bytes, secret: str, *, age: int = 0) -> str:
    """https://docs.stripe.com/webhooks#verify-manually"""
    moment = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def send(url: str, event: Shape, secret: str) -> int:
    """For a server that runs elsewhere; returns its status."""
    body = body_of(event)
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body, secret)}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
        return answer.status
