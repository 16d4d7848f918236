"""What a person is told when Stripe, or we, will not do what they ask of it."""

from __future__ import annotations


class StripeRefused(Exception):
    """Why something cannot be done, as a sentence for whoever asked; nothing was changed.

    `code`: not_configured, not_for_sale, already_subscribed, payment_due, not_subscribed,
    same_plan, card_declined, stripe_unavailable or stripe_error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def is_temporary(self) -> bool:
        """Whether the same may succeed in a minute: a 503, where the others are a 409 or 422."""
        return self.code == "stripe_unavailable"
