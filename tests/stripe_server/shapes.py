"""The objects of Stripe's API that we meet, with every field that is always there."""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]
NO_TAX = {"enabled": False, "liability": None}


def listed(url: str, data: list[Shape]) -> Shape:
    return {"object": "list", "data": data, "has_more": False, "url": url}


def product(name: str) -> Shape:
    return {
        **{"object": "product", "active": True, "name": name, "description": None, "images": []},
        **{"marketing_features": [], "type": "service", "default_price": None, "url": None},
        **{"package_dimensions": None, "shippable": None, "tax_code": None, "unit_label": None},
    }


def price(product_id: str, amount: int, currency: str, recurring: bool) -> Shape:
    each_month = {"interval": "month", "interval_count": 1, "meter": None, "usage_type": "licensed"}
    return {
        **{"object": "price", "active": True, "product": product_id, "currency": currency},
        **{"unit_amount": amount, "unit_amount_decimal": str(amount), "custom_unit_amount": None},
        **{"type": "recurring" if recurring else "one_time", "billing_scheme": "per_unit"},
        **{"recurring": each_month if recurring else None, "nickname": None, "lookup_key": None},
        **{"tax_behavior": "unspecified", "tiers_mode": None, "transform_quantity": None},
    }


def plan_of(price: Shape) -> Shape:
    """What prices were before; subscription items still carry it."""
    return {
        **{"id": price["id"], "object": "plan", "active": True, "amount": price["unit_amount"]},
        **{"amount_decimal": price["unit_amount_decimal"], "billing_scheme": "per_unit"},
        **{"created": price["created"], "currency": price["currency"], "interval": "month"},
        **{"interval_count": 1, "livemode": False, "metadata": {}, "meter": None, "nickname": None},
        **{"product": price["product"], "tiers_mode": None, "transform_usage": None},
        **{"trial_period_days": None, "usage_type": "licensed"},
    }


def customer(given: Shape) -> Shape:
    invoices = {"custom_fields": None, "default_payment_method": None, "footer": None}
    return {
        **{"object": "customer", "address": None, "balance": 0, "currency": None},
        **{"default_source": None, "delinquent": False, "description": None, "discount": None},
        **{"email": given.get("email"), "name": given.get("name") or None, "phone": None},
        **{"invoice_prefix": "KYRO", "next_invoice_sequence": 1, "preferred_locales": []},
        **{"invoice_settings": {**invoices, "rendering_options": None}, "shipping": None},
        **{"tax_exempt": "none", "test_clock": None, "metadata": given.get("metadata", {})},
    }


def session(given: Shape, total: int, currency: str, expires_at: int) -> Shape:
    return {
        **{"object": "checkout.session", "mode": given["mode"], "status": "open"},
        **{"payment_status": "unpaid", "customer": given["customer"], "subscription": None},
        **{"client_reference_id": given.get("client_reference_id"), "invoice": None},
        **{"success_url": given["success_url"], "cancel_url": given.get("cancel_url")},
        **{"metadata": given.get("metadata", {}), "expires_at": expires_at, "payment_intent": None},
        **{"amount_subtotal": total, "amount_total": total, "currency": currency},
        **{"automatic_tax": {**NO_TAX, "provider": None, "status": None}, "custom_fields": []},
        **{"custom_text": dict.fromkeys(CUSTOM_TEXTS), "payment_method_types": ["card"]},
        **{
            "shipping_options": [],
            "customer_email": None,
            "locale": None,
            "ui_mode": "hosted_page",
        },
    }


CUSTOM_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def subscription(customer: str, currency: str, metadata: Shape, now: int) -> Shape:
    mode = {"flexible": None, "type": "classic"}
    return {
        **{"object": "subscription", "customer": customer, "currency": currency, "items": None},
        **{
            "status": "incomplete",
            "metadata": metadata,
            "automatic_tax": {**NO_TAX, "disabled_reason": None},
        },
        **{"billing_cycle_anchor": now, "start_date": now, "billing_mode": mode},
        **{"billing_schedules": [], "cancel_at": None, "cancel_at_period_end": False},
        **{"canceled_at": None, "ended_at": None, "collection_method": "charge_automatically"},
        **{"default_payment_method": None, "default_source": None, "default_tax_rates": []},
        **{"discounts": [], "latest_invoice": None, "schedule": None, "pause_collection": None},
        **{"invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}}},
        **{"days_until_due": None, "description": None, "pending_setup_intent": None},
        **{"pending_update": None, "trial_start": None, "trial_end": None, "test_clock": None},
    }


def item(subscription_id: str, price: Shape, start: int, end: int) -> Shape:
    return {
        **{"object": "subscription_item", "subscription": subscription_id, "quantity": 1},
        **{"price": price, "plan": plan_of(price), "discounts": [], "tax_rates": []},
        **{"current_period_start": start, "current_period_end": end},
    }


def invoice(customer: str, currency: str, reason: str, now: int) -> Shape:
    moments = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
    return {
        **{"object": "invoice", "customer": customer, "currency": currency, "status": "draft"},
        **{"billing_reason": reason, "collection_method": "charge_automatically", "number": None},
        **{"amount_due": 0, "amount_paid": 0, "amount_remaining": 0, "amount_overpaid": 0},
        **{"amount_shipping": 0, "subtotal": 0, "total": 0, "starting_balance": 0},
        **{"attempt_count": 0, "attempted": False, "auto_advance": True, "discounts": []},
        **{"automatic_tax": {**NO_TAX, "provider": None, "status": None, "disabled_reason": None}},
        **{"default_tax_rates": [], "lines": None},
        **{"hosted_invoice_url": None, "invoice_pdf": None, "issuer": {"type": "self"}},
        **{"next_payment_attempt": None, "parent": None, "period_start": now, "period_end": now},
        **{"payment_settings": {"default_mandate": None, "payment_method_options": None}},
        **{"post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0},
        **{"status_transitions": dict.fromkeys(moments), "default_payment_method": None},
    }


def line(invoice_id: str, amount: int, currency: str, text: str, period: tuple[int, int]) -> Shape:
    return {
        **{"object": "line_item", "invoice": invoice_id, "amount": amount, "subtotal": amount},
        **{"currency": currency, "description": text, "discountable": True, "discounts": []},
        **{"period": {"start": period[0], "end": period[1]}, "quantity": 1},
    }


def portal(customer: str, return_url: str | None) -> Shape:
    return {
        **{"object": "billing_portal.session", "customer": customer, "return_url": return_url},
        **{"configuration": "bpc_1", "flow": None, "locale": None, "on_behalf_of": None},
    }


def event(kind: str, about: Shape, before: Shape | None) -> Shape:
    told = {"object": about, **({"previous_attributes": before} if before else {})}
    return {
        **{"object": "event", "type": kind, "data": told, "pending_webhooks": 1},
        **{"request": {"id": None, "idempotency_key": None}},
    }
