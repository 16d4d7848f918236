"""Plans and prices to change, subscriptions to act on, usage and credits to read."""

from accounts.admin import PersonAdmin
from accounts.staff_lists import SeeAlso
from billing.admin import events, ledger, offers, prices, usage  # noqa: F401 (register)
from billing.admin.subscriptions import OF_THE_PERSON, SubscriptionInline

PersonAdmin.inlines = [*PersonAdmin.inlines, SubscriptionInline]
PersonAdmin.see_also = [
    *PersonAdmin.see_also,
    SeeAlso("billing.Subscription", "user"),
    *OF_THE_PERSON,
]
