"""The API's resources: what each request asks of the book."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import stripe

from tests.stripe_server import billing, shapes
from tests.stripe_server.book import Book, Refusal
from tests.stripe_server.shapes import Shape

Answer = Callable[[Book, str, Shape, str], Shape]  # of book, address of pages, parameters, id
ROUTES: list[tuple[str, re.Pattern[str], Answer, str]] = []
SECONDS_OPEN = 86_400
NOT_SENT = {"api_key", "stripe_account", "stripe_version", "idempotency_key", "headers"}


def route(method: str, path: str, parameters: str = "") -> Callable[[Answer], Answer]:
    """`parameters` names the type stripe-python publishes of them."""

    def note(answer: Answer) -> Answer:
        pattern = re.compile("/v1/" + path.replace("ID", r"(\w+)"))
        ROUTES.append((method, pattern, answer, parameters))
        return answer

    return note


def answer(book: Book, pages: str, method: str, path: str, given: Shape) -> Shape:
    for wanted, pattern, act, parameters in ROUTES:
        matched = pattern.fullmatch(path)
        if matched and method == wanted:
            _check(given, parameters)
            expand = given.pop("expand", [])
            found = act(book, pages, given, matched[1] if matched.groups() else "")
            return _expanded(book, copy.deepcopy(found), expand)
    raise Refusal(404, f"Unrecognized request URL ({method}: {path}).")


def _check(given: Shape, parameters: str) -> None:
    published = attrgetter(parameters)(stripe.params).__annotations__ if parameters else {}
    known = {"expand", *published} - NOT_SENT
    for name in given:
        if name not in known:
            message = f"Received unknown parameter: {name}"
            raise Refusal(400, message, code="parameter_unknown", param=name)


def _expanded(book: Book, found: Shape, fields: list[str]) -> Shape:
    for field in fields:
        rows = found["data"] if field.startswith("data.") else [found]
        name = field.removeprefix("data.")
        for row in rows:
            if isinstance(row.get(name), str):
                row[name] = book.objects[row[name]]
    return found


def _listed(book: Book, kind: str, given: Shape, **more: Any) -> Shape:
    wanted = {name: given[name] for name in ("customer", "product") if name in given} | more
    found = list(book.every(kind, **wanted))
    if "starting_after" in given:
        ids = [one["id"] for one in found]
        found = found[ids.index(given["starting_after"]) + 1 :]
    limit = given.get("limit", 10)
    return {**shapes.listed("/v1/x", found[:limit]), "has_more": len(found) > limit}


@route("POST", "customers", "CustomerCreateParams")
def make_customer(book: Book, pages: str, given: Shape, key: str) -> Shape:
    made = book.add(shapes.customer(given))
    book.emit("customer.created", made)
    return made


@route("POST", "checkout/sessions", "checkout.SessionCreateParams")
def make_session(book: Book, pages: str, given: Shape, key: str) -> Shape:
    book.get(given["customer"], "customer")
    price = book.get(given["line_items"][0]["price"], "price")
    if (price["recurring"] is None) != (given["mode"] == "payment"):
        raise Refusal(400, "The price is not of this mode.", param="line_items[0][price]")
    expires_at = book.now + SECONDS_OPEN
    made = shapes.session(given, price["unit_amount"], price["currency"], expires_at)
    book.add(made)
    made["url"] = f"{pages}/pay/{made['id']}"
    book.sales[made["id"]] = {"price": price, **given.get("subscription_data", {})}
    return made


@route("GET", "checkout/sessions", "checkout.SessionListParams")
def list_sessions(book: Book, pages: str, given: Shape, key: str) -> Shape:
    status = {"status": given["status"]} if "status" in given else {}
    return _listed(book, "checkout.session", given, **status)


@route("POST", "checkout/sessions/ID/expire")
def expire_session(book: Book, pages: str, given: Shape, key: str) -> Shape:
    found = book.get(key, "checkout.session")
    if found["status"] != "open":
        raise Refusal(400, "Only Checkout Sessions with a status of open can be expired.")
    found |= {"status": "expired", "url": None}
    book.emit("checkout.session.expired", found)
    return found


@route("POST", "billing_portal/sessions", "billing_portal.SessionCreateParams")
def make_portal(book: Book, pages: str, given: Shape, key: str) -> Shape:
    book.get(given["customer"], "customer")
    made = book.add(shapes.portal(given["customer"], given.get("return_url")))
    made["url"] = f"{pages}/portal/{made['id']}"
    return made


@route("GET", "subscriptions", "SubscriptionListParams")
def list_subscriptions(book: Book, pages: str, given: Shape, key: str) -> Shape:
    found = _listed(book, "subscription", given)
    if given.get("status") != "all":
        found["data"] = [one for one in found["data"] if one["status"] != "canceled"]
    return found


@route("POST", "subscriptions/ID", "SubscriptionUpdateParams")
def change_subscription(book: Book, pages: str, given: Shape, key: str) -> Shape:
    found = book.get(key, "subscription")
    if found["status"] == "canceled":
        raise Refusal(400, "A canceled subscription can only update its cancellation_details.")
    billing.change(book, found, given)
    return found


@route("DELETE", "subscriptions/ID", "SubscriptionCancelParams")
def cancel_subscription(book: Book, pages: str, given: Shape, key: str) -> Shape:
    found = book.get(key, "subscription")
    billing.end(book, found)
    return found


@route("GET", "invoices", "InvoiceListParams")
def list_invoices(book: Book, pages: str, given: Shape, key: str) -> Shape:
    return _listed(book, "invoice", given)


@route("GET", "products/ID/features")
def list_features(book: Book, pages: str, given: Shape, key: str) -> Shape:
    return shapes.listed(f"/v1/products/{key}/features", [])


for path, kind in (
    ("customers/ID", "customer"),
    ("products/ID", "product"),
    ("prices/ID", "price"),
    ("subscriptions/ID", "subscription"),
    ("invoices/ID", "invoice"),
    ("checkout/sessions/ID", "checkout.session"),
):
    route("GET", path)(lambda book, pages, given, key, kind=kind: book.get(key, kind))
