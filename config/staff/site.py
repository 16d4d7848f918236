"""The staff site with its start page and its search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts import staff
from config.staff import figures, finding

# What staff look for together, whichever app keeps it; a table named nowhere comes last.
SECTIONS = [
    (
        _("People"),
        [
            *("User", "EmailAddress", "UserSession", "Authenticator", "Invitation", "ApiKey"),
            *("ProviderCredential", "IdempotencyKey", "Group", "AuditPerson"),
        ],
    ),
    (
        _("Documents"),
        [
            *("Document", "DocumentText", "DocumentChunk", "EmbeddingGeneration", "QueuePause"),
            *("UploadBatch", "UploadItem", "WebSource", "WebPage", "ErasedFile"),
        ],
    ),
    (_("Chats"), ["Chatbot", "ChatbotDocument", "Conversation", "Message"]),
    (
        _("Plans and usage"),
        [
            *("Plan", "PriceRule", "CreditPack", "Subscription", "WebhookEventTrigger"),
            *("CreditBalance", "CreditChange", "Reservation", "VisitorSpending"),
            *("UsageRecord", "DailyUsage", "UsageAlert", "UsageEvent"),
        ],
    ),
    (_("Operation"), ["PendingTask", "ErrorLog", "AuditLog", "KeptEmail", "LogEntry"]),
]


class StaffSite(staff.StaffSite):
    index_template = "admin/start.html"

    def get_urls(self) -> list:
        return [path("find/", self.admin_view(self.find), name="find"), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        named = [(name, [models.pop(n) for n in names if n in models]) for name, names in SECTIONS]
        start = reverse("admin:index", current_app=self.name)
        return [
            {"name": name, "app_label": f"staff-{number}", "app_url": start, "models": held}
            for number, (name, held) in enumerate([*named, (_("Other"), [*models.values()])])
            if held
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None):
        may_see = request.user.has_perm("documents.view_document")
        overview = figures.overview() if may_see else None
        return super().index(request, {"overview": overview, **(extra_context or {})})

    def find(self, request: HttpRequest) -> HttpResponse:
        """Everything that carries a request id, an id of ours or an e-mail address."""
        term = request.GET.get("q", "").replace("\x00", "").strip()
        context = {
            **self.each_context(request),
            "title": _("Find"),
            "term": term,
            "found": finding.find(self, request, term) if term else [],
        }
        return TemplateResponse(request, "admin/find.html", context)
