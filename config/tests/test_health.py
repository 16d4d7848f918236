"""Readiness can be asked by anybody, as often as they like."""

import threading

from config.health import Readiness


class SlowPart:
    """A part that is looked at slowly, and how often that was."""

    def __init__(self):
        self.looks, self.go_on = 0, threading.Event()

    def look(self):
        self.looks += 1
        assert self.go_on.wait(10)


def ask_at_once(readiness, count):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(readiness.parts())) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    return found, threads


def test_many_who_ask_at_once_cause_one_look():
    slow = SlowPart()
    found, threads = ask_at_once(Readiness({"slow": slow.look}), 40)
    slow.go_on.set()
    for thread in threads:
        thread.join(10)
    assert found == [{"slow": "ok"}] * 40
    assert slow.looks == 1


def test_nobody_waits_for_a_look_when_there_was_one_before():
    slow = SlowPart()
    readiness = Readiness({"slow": slow.look}, fresh_seconds=0.0)
    slow.go_on.set()
    readiness.parts()
    slow.go_on.clear()
    _found, (looking,) = ask_at_once(readiness, 1)
    while slow.looks < 2:
        pass
    assert readiness.parts() == {"slow": "ok"}
    slow.go_on.set()
    looking.join(10)
