"""The life of subscriptions: begun, renewed, changed, unpaid, ended."""

from __future__ import annotations

from functools import partial

from tests.stripe_server import shapes
from tests.stripe_server.book import Book, Refusal
from tests.stripe_server.shapes import Shape

DAY = 86_400
MONTH = 30 * DAY
DRAFT = 3_600  # a renewal's invoice waits for so long before the card is charged
RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
LIVE = {"active", "trialing", "past_due"}


def subscribe(book: Book, customer: str, price: Shape, noted: Shape, trial_days: int) -> Shape:
    """Begin one and charge its first period. Raises Refusal when the card is declined."""
    if customer in book.declined and not trial_days:
        raise declined()
    made = book.add(shapes.subscription(customer, price["currency"], noted, book.now))
    length = trial_days * DAY or MONTH
    item = book.add(shapes.item(made["id"], price, book.now, book.now + length))
    made["items"] = shapes.listed("/v1/subscription_items", [item])
    made["status"] = "trialing" if trial_days else "active"
    if trial_days:
        made |= {"trial_start": book.now, "trial_end": book.now + length}
    book.emit("customer.subscription.created", made)
    amount = 0 if trial_days else price["unit_amount"]
    charge(book, made, amount, "subscription_create")
    book.later(length, partial(renew, book, made))
    return made


def renew(book: Book, one: Shape) -> None:
    """The end of a period. Of a trial's, too."""
    if one["status"] not in LIVE:
        return
    if one["cancel_at_period_end"]:
        end(book, one)
        return
    item = one["items"]["data"][0]
    start = item["current_period_end"]
    item |= {"current_period_start": start, "current_period_end": start + MONTH}
    if one["status"] == "trialing":
        one["status"] = "active"
    invoice = draft(book, one, item["price"]["unit_amount"], "subscription_cycle")
    book.emit("customer.subscription.updated", one, {"items": {}})
    book.later(DRAFT, partial(collect, book, one, invoice, RETRIES))
    book.later(MONTH, partial(renew, book, one))


def collect(book: Book, one: Shape, invoice: Shape, retries: tuple[int, ...]) -> None:
    """Charge the card; when it is declined, again some days later, and at last end it all."""
    if invoice["status"] in {"paid", "void"} or one["status"] == "canceled":
        return
    finalize(book, invoice)
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if one["customer"] not in book.declined:
        settle(book, one, invoice)
        return
    invoice["next_payment_attempt"] = book.now + retries[0] if retries else None
    book.emit("invoice.payment_failed", invoice)
    if one["status"] != "past_due":
        one["status"] = "past_due"
        book.emit("customer.subscription.updated", one, {"status": "active"})
    if retries:
        book.later(retries[0], partial(collect, book, one, invoice, retries[1:]))
    else:
        end(book, one)


def settle(book: Book, one: Shape | None, invoice: Shape) -> None:
    invoice |= {"status": "paid", "amount_paid": invoice["total"], "amount_remaining": 0}
    invoice |= {"next_payment_attempt": None, "auto_advance": False}
    invoice["status_transitions"]["paid_at"] = book.now
    book.emit("invoice.paid", invoice)
    if one and one["status"] == "past_due":
        one["status"] = "active"
        book.emit("customer.subscription.updated", one, {"status": "past_due"})


def charge(book: Book, one: Shape, amount: int, reason: str) -> Shape:
    invoice = draft(book, one, amount, reason)
    finalize(book, invoice)
    settle(book, one, invoice)
    return invoice


def draft(book: Book, one: Shape, amount: int, reason: str) -> Shape:
    item = one["items"]["data"][0]
    period = (item["current_period_start"], item["current_period_end"])
    made = invoice_for(book, one["customer"], one["currency"], amount, reason, period)
    about = {"subscription": one["id"], "metadata": one["metadata"]}
    made["parent"] = {"type": "subscription_details", "subscription_details": about}
    made["parent"]["quote_details"] = None
    one["latest_invoice"] = made["id"]
    book.emit("invoice.created", made)
    return made


def invoice_for(
    book: Book, customer: str, currency: str, amount: int, reason: str, period: tuple[int, int]
) -> Shape:
    made = book.add(shapes.invoice(customer, currency, reason, book.now))
    line = book.add(shapes.line(made["id"], amount, currency, reason, period))
    made["lines"] = shapes.listed(f"/v1/invoices/{made['id']}/lines", [line])
    made |= dict.fromkeys(("amount_due", "amount_remaining", "subtotal", "total"), amount)
    return made


def finalize(book: Book, invoice: Shape) -> None:
    if invoice["status"] != "draft":
        return
    invoice |= {"status": "open", "number": f"KYRO-{len(list(book.every('invoice'))):04d}"}
    invoice["status_transitions"]["finalized_at"] = book.now
    for name, ending in (("hosted_invoice_url", ""), ("invoice_pdf", "/pdf")):
        invoice[name] = f"https://invoice.stripe.com/i/{invoice['id']}{ending}"
    book.emit("invoice.finalized", invoice)


def change(book: Book, one: Shape, given: Shape) -> None:
    """What `POST /v1/subscriptions/{id}` asks; nothing of it when the card is declined."""
    before = {"cancel_at_period_end": one["cancel_at_period_end"]}
    item = one["items"]["data"][0]
    if given.get("items"):
        price = book.get(given["items"][0]["price"], "price")
        if given["items"][0]["id"] != item["id"]:
            raise Refusal(404, "No such subscription item", code="resource_missing")
        _reprice(book, one, price, given.get("proration_behavior", "create_prorations"))
    if "cancel_at_period_end" in given:
        ending = given["cancel_at_period_end"]
        one["cancel_at_period_end"] = ending
        one["cancel_at"] = item["current_period_end"] if ending else None
        one["canceled_at"] = book.now if ending else None
    if given.get("cancel_at") == "":
        one |= {"cancel_at": None, "canceled_at": None}
    noted = {**one["metadata"], **given.get("metadata", {})}
    one["metadata"] = {name: value for name, value in noted.items() if value != ""}
    book.emit("customer.subscription.updated", one, before)


def _reprice(book: Book, one: Shape, price: Shape, proration: str) -> None:
    item = one["items"]["data"][0]
    left = item["current_period_end"] - book.now
    length = item["current_period_end"] - item["current_period_start"]
    more = price["unit_amount"] - item["price"]["unit_amount"]
    if proration == "always_invoice" and one["status"] == "active" and more:
        if one["customer"] in book.declined and more > 0:
            raise declined()
        item |= {"price": price, "plan": shapes.plan_of(price)}
        charge(book, one, more * left // length, "subscription_update")
    item |= {"price": price, "plan": shapes.plan_of(price)}


def end(book: Book, one: Shape) -> None:
    one |= {"status": "canceled", "canceled_at": book.now, "ended_at": book.now}
    book.emit("customer.subscription.deleted", one)


def declined() -> Refusal:
    return Refusal(402, "Your card was declined.", code="card_declined")
