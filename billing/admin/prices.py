"""What a use of a model is charged: rules are added and closed, never edited."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MinValueValidator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, page_of
from billing import prices
from billing.models import PriceRule, RequestType

CHARGED = [
    *("model", "kind", "credits_request", "credits_input", "credits_output"),
    *("currency", "cost_input", "cost_output"),
]
AMOUNTS = ["credits_input", "credits_output", "cost_input", "cost_output"]


class PriceRuleForm(forms.ModelForm):
    class Meta:
        model = PriceRule
        fields = CHARGED
        help_texts = {
            "model": gettext_lazy(
                "A name such as gemini/gemini-2.5-flash, a beginning that ends in / such as "
                "gemini/, or nothing: any model. The longest that fits counts."
            ),
            "kind": gettext_lazy("What the model is used for."),
            "credits_request": gettext_lazy("Whole credits for each use, whatever its length."),
            "currency": gettext_lazy("Of the two costs below. Three letters, such as usd."),
            "cost_input": gettext_lazy("What the provider asks us. It is noted with each use."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {*AMOUNTS} & {*self.fields}:  # of a price that stands, none
            self.fields[name].validators.append(MinValueValidator(0))
            self.fields[name].widget.attrs["min"] = 0

    def clean_model(self) -> str:
        model = self.cleaned_data["model"].strip()
        if re.search(r"[\s*]", model):
            raise ValidationError(_("A name, or a beginning that ends in /, without * or spaces."))
        return model

    def clean(self) -> dict[str, Any]:
        """What else is used is part of an answer or free, and is noted at its cost alone."""
        found = super().clean() or self.cleaned_data
        for name in ("credits_request", "credits_input", "credits_output"):
            if found.get(name) and found.get("kind") not in (None, RequestType.RAG):
                self.add_error(name, _("Credits are charged for answers from documents alone."))
        return found

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].lower()
        if not re.fullmatch("[a-z]{3}", currency):
            raise ValidationError(_("Three letters, such as usd, eur or thb."))
        return currency


@admin.register(PriceRule)
class PriceRuleAdmin(ReadOnlyAdmin):
    form = PriceRuleForm
    list_display = [
        *("name", "kind", "credits_request", "credits_input", "credits_output"),
        *("valid_from", "valid_until"),
    ]
    list_filter = ["kind", "valid_until"]
    search_fields = ["model"]
    ordering = [F("valid_until").desc(nulls_first=True), "kind", "model"]
    see_also = [SeeAlso("accounts.AuditLog", "resource_id")]

    @admin.display(description=gettext_lazy("model"), ordering="model")
    def name(self, rule: PriceRule) -> str:
        return rule.model or _("any model")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_pricerule")

    def may_close(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_pricerule")

    def get_fields(self, request, obj=None):
        return [*CHARGED, "valid_from", "valid_until"] if obj else CHARGED

    def save_model(self, request, obj, form, change) -> None:
        prices.change_price(obj)
        told = {name: str(getattr(obj, name)) for name in CHARGED}
        audit.record("pricerule.create", actor=request.user, resource=obj, metadata=told)

    def get_urls(self) -> list:
        close = self.admin_site.admin_view(self.close)
        return [
            path("<path:object_id>/close/", close, name="billing_pricerule_close"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"may_close": self.may_close(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks first, and says which rule counts afterwards."""
        if not self.may_close(request):
            raise PermissionDenied
        rule = self.get_object(request, object_id)
        if rule is None or rule.valid_until:
            raise Http404
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": _("Close this price"),
                "opts": self.opts,
                "rule": rule,
                "next": next_rule(rule),
            }
            return TemplateResponse(request, "admin/billing/pricerule/close.html", context)
        rule = PriceRule.objects.select_for_update().get(pk=rule.pk)
        if rule.valid_until:  # somebody else was quicker
            return redirect(page_of(PriceRule, rule.pk))
        rule.valid_until = timezone.now()
        rule.save(update_fields=["valid_until"])
        prices.forget()
        audit.record("pricerule.close", actor=request.user, resource=rule)
        self.log_change(request, rule, _("Closed."))
        self.message_user(request, _("The price is closed."), messages.SUCCESS)
        return redirect(page_of(PriceRule, rule.pk))


def next_rule(closed: PriceRule) -> PriceRule | None:
    """Which open rule counts for the same uses once this one is closed."""
    shorter = PriceRule.objects.filter(kind=closed.kind, valid_until=None).exclude(pk=closed.pk)
    fitting = [rule for rule in shorter if closed.model.startswith(rule.model)]
    fitting = [rule for rule in fitting if not rule.model or rule.model.endswith("/")]
    return max(fitting, key=lambda rule: len(rule.model), default=None)
