"""A person's invoices, as Stripe wrote them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from djstripe.models import Invoice
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.views import ApiView
from billing.stripe import invoices


class InvoiceSerializer(serializers.Serializer):
    """`id` is Stripe's own, such as in_…"""

    id = serializers.CharField()
    number = serializers.CharField(help_text="As it is printed on the invoice.")
    status = serializers.ChoiceField(choices=["open", "paid", "uncollectible", "void"])
    total = serializers.DecimalField(max_digits=14, decimal_places=2)
    currency = serializers.CharField()
    hosted_url = serializers.CharField(help_text="Where it can be seen and paid; may be empty.")
    pdf_url = serializers.CharField(help_text="May be empty.")
    created_at = serializers.DateTimeField()

    def to_representation(self, row: Invoice) -> dict[str, Any]:
        return super().to_representation(invoices.as_invoice(row.stripe_data))


class OwnInvoices(ApiView):
    area = "billing"
    orderings = ("-created", "created")
    queryset: QuerySet[Invoice] = Invoice.objects.none()
    serializer_class = InvoiceSerializer
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Invoice]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return invoices.rows_of(self.request.user)


class InvoicesView(mixins.ListModelMixin, OwnInvoices):
    @extend_schema(summary="Invoices, the newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)


class InvoiceView(OwnInvoices):
    @extend_schema(summary="One invoice")
    def get(self, request: Request, id: str) -> Response:
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), id=id)).data)
