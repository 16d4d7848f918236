"""Stripe on loopback: our reading of its API, with its signatures, its clock and its bad days.

It remembers what it sold, charges cards that may be declined, and tells of it by signed events.
Requests are refused that name parameters which stripe-python does not publish, and its objects are
checked against the types published there. It shows that we do what we think Stripe wants; not that
Stripe wants it: docs/stripe.md lists what to try on a test account.
"""

from tests.stripe_server.server import StripeServer

__all__ = ["StripeServer"]
