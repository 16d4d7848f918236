"""`python -m tests.stripe_server PORT WEBHOOK_URL SECRET`: to press the buttons by hand.

Prints the ids of prices to enter at the plans pro and enterprise, and at a pack of credits.
"""

import sys
import threading
import urllib.error

from tests.stripe_server import StripeServer, events, pages


def main(port: str, webhook: str, secret: str) -> None:
    def tell(event: dict) -> None:
        threading.Thread(target=_tell, args=[event], daemon=True).start()

    def _tell(event: dict) -> None:
        try:
            print(event["type"], events.send(webhook, event, secret), flush=True)
        except (OSError, urllib.error.URLError) as error:
            print(event["type"], error, flush=True)

    server = StripeServer(int(port))
    server.tell = tell
    for name, amount in (("pro", 2000), ("enterprise", 20000)):
        print(name, pages.product(server.book, name.capitalize(), amount))
    print("pack", pages.product(server.book, "Credits", 500, recurring=False), flush=True)
    server.serve_forever()


main(*sys.argv[1:4])
