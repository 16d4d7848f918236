"""A burst of requests is worked off in turn, and nobody holds a place for long."""

from __future__ import annotations

import asyncio
import time

from config import admission
from config.admission import take_turns


class Busy:
    """An application whose answers begin after `seconds`; counts the most at work at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at_work = self.most = 0
        self.order: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        await receive()
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        self.order.append(scope["path"])
        await asyncio.sleep(self.seconds)
        self.at_work -= 1
        await send({"type": "http.response.start"})
        await asyncio.sleep(0.2)  # an answer that streams: its turn is over


def burst(application: Busy, paths: list[str], places: int) -> float:
    async def receive() -> dict:
        return {"type": "http.request", "body": b""}

    async def send(message: dict) -> None:
        pass

    async def scene() -> float:
        in_turn = take_turns(application, places)
        began = time.monotonic()
        await asyncio.gather(*[in_turn({"path": path}, receive, send) for path in paths])
        return time.monotonic() - began

    return asyncio.run(scene())


def test_two_at_a_time_in_the_order_they_came():
    application = Busy(0.05)
    paths = [f"/{number}" for number in range(8)]
    seconds = burst(application, paths, places=2)
    assert (application.most, application.order) == (2, paths)
    assert seconds < 4 * 0.05 + 0.2 + 0.2  # what streams holds no place


def test_health_is_asked_past_the_line():
    application = Busy(0.3)
    burst(application, ["/1", "/2", "/health/live"], places=1)
    assert application.order == ["/1", "/health/live", "/2"]


def test_a_request_that_takes_long_lets_the_next_one_in(monkeypatch):
    monkeypatch.setattr(admission, "LONGEST_TURN", 0.05)
    application = Busy(0.4)
    burst(application, ["/1", "/2", "/3"], places=1)
    assert application.most == 3
