"""The paths of API version 1. Views that open their own scope or cost money are marked here."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api import ApiKeyViewSet
from accounts.audit_api import AuditView
from accounts.provider_api import ChatModelsView, ProviderCredentialViewSet
from accounts.rates import charged, guessable, outside
from accounts.requests import unscoped
from accounts.sharing.api import ProjectViewSet
from billing.api.alerts import AlertsView
from billing.api.checkout import CheckoutView, PortalView
from billing.api.credits import CreditsView
from billing.api.invoices import InvoicesView, InvoiceView
from billing.api.me import MeView
from billing.api.plans import CreditPacksView, PlansView
from billing.api.subscription import SubscriptionView
from billing.api.usage import DailyUsageView, UsageView
from chatbots.api.chatbots import ChatbotViewSet
from chatbots.api.search import SearchView
from chatbots.api.versions import RestoreView, VersionsView, VersionView
from config.api_project_urls import urlpatterns as project_urlpatterns
from conversations.api.attachments import AttachmentsView, AttachmentView
from conversations.api.bench import SearchExplainView, SearchLogView
from conversations.api.conversations import ConversationViewSet
from conversations.api.feedback import ConversationFeedbackView, MessageFeedbackView
from conversations.api.messages import (
    ContinueView,
    ConversationMessagesView,
    EventsView,
    MessageView,
    RegenerateView,
    StopView,
)
from conversations.api.sharing import ShareLinkView, ShareView
from documents.api.chunks import ChunkViewSet, SwitchView
from documents.api.documents import DocumentViewSet
from documents.api.queue import QueueView
from documents.api.sources import WebSourceViewSet
from documents.api.unlocking import UnlockView
from documents.api.uploads import UploadViewSet

router = SimpleRouter(use_regex_path=False)
router.register("api-keys", ApiKeyViewSet, "api-keys")
router.register("chatbots", ChatbotViewSet, "api-chatbots")
router.register("conversations", ConversationViewSet, "api-conversations")
router.register("documents", DocumentViewSet, "api-documents")
router.register("projects", ProjectViewSet, "api-projects")
router.register("web-sources", WebSourceViewSet, "api-web-sources")
router.register("uploads", UploadViewSet, "api-uploads")

urlpatterns = [
    # First, since they are looked through in turn and nothing is asked as often.
    path("search/", unscoped(SearchView.as_view()), name="api-search"),
    *router.urls,
    *project_urlpatterns,
    path("audit/", AuditView.as_view(), name="api-audit"),
    path("chat-models/", ChatModelsView.as_view(), name="api-chat-models"),
    path("chunks/switch/", SwitchView.as_view(), name="api-chunks-switch"),
    path("chatbots/<uuid:pk>/versions/", VersionsView.as_view(), name="api-chatbots-versions"),
    path(
        "chatbots/<uuid:pk>/versions/<int:number>/",
        VersionView.as_view(),
        name="api-chatbots-version",
    ),
    path(
        "chatbots/<uuid:pk>/versions/<int:number>/restore/",
        RestoreView.as_view(),
        name="api-chatbots-restore",
    ),
    path(
        "chunks/<uuid:pk>/",
        unscoped(charged(ChunkViewSet.as_view({"get": "retrieve", "patch": "partial_update"}))),
        name="api-chunks-detail",
    ),
    path(
        "conversations/<uuid:pk>/messages/",
        unscoped(charged(ConversationMessagesView.as_view())),
        name="api-conversation-messages",
    ),
    path(
        "conversations/<uuid:pk>/attachments/",
        AttachmentsView.as_view(),
        name="api-conversation-attachments",
    ),
    path(
        "conversations/<uuid:pk>/attachments/<uuid:attachment>/",
        AttachmentView.as_view(),
        name="api-conversation-attachment",
    ),
    path(
        "conversations/<uuid:pk>/feedback/",
        ConversationFeedbackView.as_view(),
        name="api-conversation-feedback",
    ),
    path("conversations/<uuid:pk>/share/", ShareView.as_view(), name="api-conversation-share"),
    path(
        "conversations/<uuid:pk>/share/<uuid:link>/",
        ShareLinkView.as_view(),
        name="api-conversation-share-link",
    ),
    path("credit-packs/", CreditPacksView.as_view(), name="api-credit-packs"),
    path("credits/", CreditsView.as_view(), name="api-credits"),
    path("documents/queue/", QueueView.as_view(), name="api-documents-queue"),
    path(
        "documents/<uuid:pk>/unlock/",
        guessable(UnlockView.as_view()),
        name="api-documents-unlock",
    ),
    path("invoices/", InvoicesView.as_view(), name="api-invoices"),
    path("invoices/<slug:id>/", InvoiceView.as_view(), name="api-invoice"),
    path("me/", MeView.as_view(), name="api-me"),
    path("messages/<uuid:pk>/", unscoped(MessageView.as_view()), name="api-message"),
    path(
        "messages/<uuid:pk>/feedback/", MessageFeedbackView.as_view(), name="api-message-feedback"
    ),
    path("messages/<uuid:pk>/events/", unscoped(EventsView.as_view()), name="api-message-events"),
    path(
        "messages/<uuid:pk>/continue/",
        unscoped(charged(ContinueView.as_view())),
        name="api-message-continue",
    ),
    path(
        "messages/<uuid:pk>/regenerate/",
        unscoped(charged(RegenerateView.as_view())),
        name="api-message-regenerate",
    ),
    path("messages/<uuid:pk>/stop/", unscoped(StopView.as_view()), name="api-message-stop"),
    path("plans/", PlansView.as_view(), name="api-plans"),
    path(
        "provider-credentials/",
        unscoped(outside(ProviderCredentialViewSet.as_view({"get": "list", "post": "create"}))),
        name="api-credentials-list",
    ),
    path(
        "provider-credentials/<uuid:pk>/",
        unscoped(
            outside(
                ProviderCredentialViewSet.as_view(
                    {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
                )
            )
        ),
        name="api-credentials-detail",
    ),
    path(
        "provider-credentials/<uuid:pk>/test/",
        unscoped(outside(ProviderCredentialViewSet.as_view({"post": "test"}))),
        name="api-credentials-test",
    ),
    path("search/explain/", unscoped(SearchExplainView.as_view()), name="api-search-explain"),
    path("search/log/", SearchLogView.as_view(), name="api-search-log"),
    path("subscription/", unscoped(outside(SubscriptionView.as_view())), name="api-subscription"),
    path(
        "subscription/checkout/",
        unscoped(outside(CheckoutView.as_view())),
        name="api-subscription-checkout",
    ),
    path(
        "subscription/portal/",
        unscoped(outside(PortalView.as_view())),
        name="api-subscription-portal",
    ),
    path("usage/", UsageView.as_view(), name="api-usage"),
    path("usage/alerts/", AlertsView.as_view(), name="api-usage-alerts"),
    path("usage/daily/", DailyUsageView.as_view(), name="api-usage-daily"),
]
