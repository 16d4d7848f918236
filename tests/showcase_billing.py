"""A plan in trouble: a payment that failed, credits nearly gone, invoices in every state, packs."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from djstripe.models import Customer, Invoice

from accounts.models import User
from accounts.tenancy import scope, system
from billing import credits
from billing.models import CreditPack, Plan, RequestType, Subscription, UsageRecord

CUSTOMER = "cus_of_the_showcase"
STRIPE = {
    "KYRO_STRIPE_SECRET_KEY": "sk_test_" + "0" * 24,
    "KYRO_STRIPE_WEBHOOK_SECRET": "whsec_of_the_showcase",
    "KYRO_STRIPE_API_HOST": "http://127.0.0.1:9",
}


def show_a_plan(user: User) -> None:
    with system():
        Plan.objects.filter(name="enterprise").update(stripe_price_id="price_of_the_showcase")
        CreditPack.objects.create(name="Small", credits=5000, price=9, stripe_price_id="price_2")
        Subscription.objects.filter(user=user).update(
            plan=Plan.objects.get(name="pro"),
            status="past_due",
            grace_until=timezone.now() + timedelta(days=5),
            stripe_customer_id=CUSTOMER,
            stripe_subscription_id="sub_of_the_showcase",
        )
        Customer.objects.bulk_create([Customer(id=CUSTOMER)])
        Invoice.objects.bulk_create(map(invoice, range(4)))
    with scope(user):
        credits.settle(credits.reserve(user.pk, credits.Charge(9000, reason="answer")), 8500)
        for days in range(90):
            use(user, days)


def invoice(number: int) -> Invoice:
    created = timezone.now() - timedelta(days=30 * number)
    told = {
        "id": f"in_{number}",
        "number": f"LAMP-000{4 - number}",
        "created": int(created.timestamp()),
        "currency": "usd",
        "total": 123_456,
        "status": ("open", "paid", "void", "uncollectible")[number],
        "invoice_pdf": "https://pay.stripe.com/invoice/lamp/pdf",
    }
    row = Invoice(id=told["id"], created=created, stripe_data=told)
    row.customer_id = CUSTOMER
    return row


def use(user: User, days_ago: int) -> None:
    UsageRecord.objects.create(
        user_id=user.pk,
        request_type=RequestType.RAG,
        model="openai/a-model-whose-name-is-rather-long-for-a-narrow-screen",
        tokens_input=1000 + 700 * (days_ago % 13),
        tokens_output=200,
        credits_used=days_ago % 7,
        latency_ms=900,
        created_at=timezone.now() - timedelta(days=days_ago),
    )
