"""What a person does at Stripe: pays, or changes their plan in the portal."""

from __future__ import annotations

from html import escape

from tests.stripe_server import billing, shapes
from tests.stripe_server.book import Book, Refusal
from tests.stripe_server.shapes import Shape

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Stripe of the tests</title>
<h1>{title}</h1><form method="post">{buttons}</form></html>"""
BUTTON = '<p><button name="act" value="{act}">{text}</button></p>'


def show(book: Book, path: str) -> str:
    kind, key = path.strip("/").split("/")[:2]
    if kind == "pay":
        found = book.get(key, "checkout.session")
        amount = f"{found['amount_total'] / 100:.2f} {found['currency'].upper()}"
        acts = {"pay": f"Pay {amount}", "decline": "Pay with a card that is declined"}
    else:
        book.get(key, "billing_portal.session")
        acts = {"cancel": "Cancel plan", "resume": "Resume plan", "pay_due": "Pay what is due"}
        prices = [one for one in book.every("price") if one["recurring"]]
        acts |= {one["id"]: f"Switch to {book.objects[one['product']]['name']}" for one in prices}
    buttons = "".join(BUTTON.format(act=act, text=escape(text)) for act, text in acts.items())
    return PAGE.format(title=kind.capitalize(), buttons=buttons)


def act(book: Book, path: str, wanted: str) -> str:
    """Press a button; returns where the browser is sent then."""
    kind, key = path.strip("/").split("/")[:2]
    if kind == "pay":
        return _pay(book, book.get(key, "checkout.session"), wanted)
    session = book.get(key, "billing_portal.session")
    _manage(book, session["customer"], wanted)
    return session["return_url"] or ""


def _pay(book: Book, session: Shape, wanted: str) -> str:
    if session["status"] != "open":
        raise Refusal(400, "This Checkout Session is not open.")
    if wanted == "decline" or session["customer"] in book.declined:
        raise billing.declined()
    sale = book.sales[session["id"]]
    if session["mode"] == "subscription":
        days = int(sale.get("trial_period_days", 0))
        noted = sale.get("metadata", {})
        begun = billing.subscribe(book, session["customer"], sale["price"], noted, days)
        session |= {"subscription": begun["id"], "invoice": begun["latest_invoice"]}
        status = "no_payment_required" if days else "paid"
    else:
        session["invoice"], status = _sell(book, session), "paid"
    session |= {"status": "complete", "payment_status": status, "url": None}
    book.emit("checkout.session.completed", session)
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _sell(book: Book, session: Shape) -> str:
    period = (book.now, book.now)
    of_it = (session["customer"], session["currency"], session["amount_total"])
    made = billing.invoice_for(book, *of_it, "manual", period)
    billing.finalize(book, made)
    billing.settle(book, None, made)
    return made["id"]


def _manage(book: Book, customer: str, wanted: str) -> None:
    live = (one for one in book.every("subscription", customer=customer))
    one = next(found for found in live if found["status"] in billing.LIVE)
    if wanted in {"cancel", "resume"}:
        billing.change(book, one, {"cancel_at_period_end": wanted == "cancel"})
    elif wanted == "pay_due":
        book.declined.discard(customer)
        billing.collect(book, one, book.objects[one["latest_invoice"]], ())
    else:
        item = {"id": one["items"]["data"][0]["id"], "price": wanted}
        billing.change(book, one, {"items": [item], "proration_behavior": "always_invoice"})


def product(book: Book, name: str, amount: int, *, recurring: bool = True) -> str:
    """Something for sale; returns the id of its price."""
    made = book.add(shapes.product(name))
    made["updated"] = made["created"]
    return book.add(shapes.price(made["id"], amount, "usd", recurring))["id"]
