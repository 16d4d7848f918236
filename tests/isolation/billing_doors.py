"""The policies of plans, payments, credits and usage."""

from billing.models import Plan
from tests.isolation.doors import Door, always
from tests.isolation.paying import PACK
from tests.isolation.world import World


def invoice(world: World) -> list[str]:
    return [world.invoice]


class OnSale:
    """Names a plan of everybody's; asked for anew, since each module makes the plans anew."""

    def __str__(self) -> str:
        return str(Plan.objects.get(name="pro").pk)


PLAN = always([OnSale()])
BILLING_PAGES = [
    Door("billing:plan", "GET", blind=True),
    Door("billing:done", "GET", blind=True),
    Door("billing:subscribe", "POST", path=PLAN, blind=True),
    Door("billing:change", "GET", path=PLAN, blind=True),
    Door("billing:change", "POST", path=PLAN, blind=True),
    Door("billing:buy", "POST", path=always([str(PACK)]), blind=True),
    Door("billing:cancel", "GET", blind=True),
    *(Door(f"billing:{act}", "POST", blind=True) for act in ("portal", "cancel", "resume")),
    Door("billing:usage", "GET", blind=True),
    Door("billing:mails", "POST", body=always({"percents": ["100"]}), blind=True),
    Door("billing:credits", "GET", blind=True),
]
BILLING_API = [
    Door("api-plans", "GET", "usage:read", blind=True),
    Door("api-credit-packs", "GET", "billing:read", blind=True),
    Door("api-subscription", "GET", "usage:read", blind=True),
    Door(
        "api-subscription",
        "PATCH",
        "billing:write",
        body=always({"cancel_at_period_end": True}),
        blind=True,
    ),
    Door(
        "api-subscription-checkout",
        "POST",
        "billing:write",
        body=always({"pack": str(PACK), "success_url": "/chat/"}),
        blind=True,
    ),
    Door("api-subscription-portal", "POST", "billing:write", blind=True),
    Door("api-invoices", "GET", "billing:read", blind=True),
    Door("api-invoice", "GET", "billing:read", path=invoice),
    Door("api-credits", "GET", "usage:read", blind=True),
    Door("api-credits", "GET", "usage:read", query=always({"kind": "grant"}), blind=True),
    Door("api-usage", "GET", "usage:read", blind=True),
    Door("api-usage-daily", "GET", "usage:read", blind=True),
    Door("api-usage-alerts", "GET", "usage:read", blind=True),
    Door("api-usage-alerts", "PATCH", "billing:write", body=always({"mail_at": [100]}), blind=True),
]
