"""The map of the site: pages, API, staff, health."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.requests import unscoped
from accounts.views import ConfirmEmailView
from billing.stripe.webhook import receive as stripe_webhook
from billing.views.pricing import pricing
from config import api_docs, health

favicon = unscoped(RedirectView.as_view(url=static("img/favicon.svg")))

urlpatterns = [
    path("api/v1/", include("config.api_urls")),  # first, since what is asked most is found first
    path("api/openai/v1/", include("conversations.openai.urls")),
    path("", include("conversations.home_urls")),
    path(
        "accounts/confirm-email/",
        ConfirmEmailView.as_view(),
        name="account_email_verification_sent",
    ),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", RedirectView.as_view(pattern_name="accounts:security"), name="mfa_index"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("pricing/", pricing, name="pricing"),
    path("settings/", include("billing.urls")),
    path("settings/", include("accounts.urls")),
    path("", include("conversations.bench.urls")),
    path("documents/", include("documents.urls")),
    path("chatbots/", include("chatbots.urls")),
    path("projects/", include("config.project_urls")),
    path("chatbots/", include("conversations.chatbot_urls")),
    path("chat/", include("conversations.urls")),
    path("share/", include("conversations.shared_urls")),
    path("api/schema/", api_docs.schema, name="api-schema"),
    path("api/docs/", api_docs.page, name="api-docs"),
    path("stripe/webhook/<uuid:uuid>/", stripe_webhook, name="stripe-webhook"),
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon, name="favicon"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.rate_limit.not_found"
handler500 = "config.errors.server_error"
