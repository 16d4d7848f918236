import threading
import time

from providers.local.turns import Turns


def test_a_query_goes_before_passages_that_came_first():
    turns, order, threads = Turns(places=1), [], []

    def work(name, urgent):
        with turns.take(urgent=urgent):
            order.append(name)

    with turns.take(urgent=False):
        for name, urgent in [("first", False), ("second", False), ("query", True)]:
            threads.append(threading.Thread(target=work, args=[name, urgent]))
            threads[-1].start()
            time.sleep(0.05)  # they arrive in this order
    for thread in threads:
        thread.join()
    assert order == ["query", "first", "second"]
