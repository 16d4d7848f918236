"""A plan as staff write it: sizes in GiB, features as boxes, models one a line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from billing.models import CreditPack, Plan
from billing.plans import GIB

SWITCHES = ["widget_branding", "api", "workflows"]
LIMITS = [
    *("credits_monthly", "token_limit_daily", "document_limit", "attachment_limit"),
    *("session_limit", "member_limit"),
]


class SoldForm(forms.ModelForm):
    """What plans and packs have in common: a currency and a price in Stripe."""

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].lower()
        if not re.fullmatch("[a-z]{3}", currency):
            raise ValidationError(_("Three letters, such as usd, eur or thb."))
        return currency

    def clean_stripe_price_id(self) -> str | None:
        """A payment is told by its price, so no two things may have the same."""
        price_id = self.cleaned_data["stripe_price_id"]
        for model in (Plan, CreditPack):
            same = model.objects.filter(stripe_price_id=price_id).exclude(pk=self.instance.pk)
            if price_id and (other := same.first()):
                raise ValidationError(_("%s has this price already.") % other)
        return price_id


class PlanForm(SoldForm):
    storage = forms.DecimalField(
        label=_("Storage (GiB)"),
        required=False,
        min_value=0,
        max_value=2**32,
        decimal_places=3,
        help_text=_("Of all their original files together. Empty: no limit."),
    )
    widget_branding = forms.BooleanField(
        label=_("Our name on chatbots"),
        required=False,
        help_text=_("Pages and widgets of their chatbots say “KyroChat”."),
    )
    api = forms.BooleanField(
        label=_("API"), required=False, help_text=_("Programs may use it with an API key.")
    )
    workflows = forms.BooleanField(label=_("Workflows"), required=False)
    models = forms.CharField(
        label=_("Models"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One a line: a name such as gemini/gemini-2.5-flash, or a beginning such as gemini/. "
            "Empty: every model. A person's own provider key may use any."
        ),
    )

    class Meta:
        model = Plan
        fields = [
            *("name", "description", "is_active", "price_monthly", "currency", "stripe_price_id"),
            *("trial_days", *LIMITS),
        ]
        labels = {
            "is_active": _("Offered"),
            "price_monthly": _("Price a month"),
            "stripe_price_id": _("Price in Stripe"),
            "trial_days": _("Trial (days)"),
            "credits_monthly": _("Credits a month"),
            "token_limit_daily": _("Tokens a day"),
            "document_limit": _("Documents"),
            "attachment_limit": _("Documents per conversation"),
            "session_limit": _("Conversations answered at once"),
            "member_limit": _("People in projects"),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "name": _("Short, lower case. It cannot be changed later: people are known by it."),
            "description": _("One sentence for the pricing page."),
            "is_active": _("Shown on the pricing page. Whoever is on the plan stays on it."),
            "price_monthly": _("What the pricing page says. What is paid is the price in Stripe."),
            "currency": _("Three letters, such as usd."),
            "stripe_price_id": _(
                "The id of the monthly price in Stripe (price_…). "
                "Without it the plan cannot be bought; staff put people on it."
            ),
            "trial_days": _("Free days before the first payment, once a person. 0: no trial."),
            "credits_monthly": _("Granted at the start of each month; what is left of them ends."),
            "token_limit_daily": _(
                "Read and written by models, until midnight where the person lives. "
                "Empty: no limit."
            ),
            "document_limit": _("Documents in the whole library. Empty: no limit."),
            "attachment_limit": _("Files dropped into one conversation. Empty: no limit."),
            "session_limit": _(
                "Conversations of theirs, and of their chatbots, that are being answered at the "
                "same moment. Empty: no limit."
            ),
            "member_limit": _("People besides the owner in all projects. Empty: no limit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {*LIMITS, "price_monthly"} & set(self.fields):
            self.fields[name].validators.append(MinValueValidator(0))
            self.fields[name].widget.attrs["min"] = 0
        size, features = self.instance.storage_limit, self.instance.features
        self.initial["storage"] = None if size is None else gib(size)
        self.initial["models"] = "\n".join(features.get("models") or [])
        for name in SWITCHES:
            self.initial[name] = features.get(name, True)

    def clean(self) -> dict[str, Any]:
        """Features of other versions of KyroChat, which have no box here, stay as they are."""
        cleaned = super().clean()
        if not self.errors:
            size = cleaned["storage"]
            self.instance.storage_limit = None if size is None else int(size * GIB)
            switches = {name: cleaned[name] for name in SWITCHES}
            models = list(dict.fromkeys(cleaned["models"].split()))
            kept = self.instance.features
            self.instance.features = {**kept, **switches, "models": models or None}
        return cleaned


def gib(size: int) -> str:
    return f"{Decimal(size) / GIB:.3f}".rstrip("0").rstrip(".")


class CreditPackForm(SoldForm):
    class Meta:
        model = CreditPack
        fields = ["name", "credits", "price", "currency", "stripe_price_id", "is_active"]
        help_texts = {
            "name": _("As the page shows it, such as “10,000 credits”."),
            "credits": _("They stay until they are used."),
            "price": _("What the page says. What is paid is the price in Stripe."),
            "currency": _("Three letters, such as usd."),
            "stripe_price_id": _(
                "The id of a price in Stripe for one payment (price_…). "
                "Without it the pack cannot be bought."
            ),
            "is_active": _("Offered to people. What was paid for is granted in any case."),
        }
