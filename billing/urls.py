"""Settings: plan, usage, credits."""

from django.urls import path

from billing.views import asking, ledger, plan, usage

app_name = "billing"
urlpatterns = [
    path("plan/", plan.plan, name="plan"),
    path("plan/done/", plan.done, name="done"),
    path("plan/portal/", asking.manage, name="portal"),
    path("plan/cancel/", asking.cancel, name="cancel"),
    path("plan/resume/", asking.resume, name="resume"),
    path("plan/<uuid:pk>/subscribe/", asking.subscribe, name="subscribe"),
    path("plan/<uuid:pk>/change/", asking.change, name="change"),
    path("plan/packs/<uuid:pk>/buy/", asking.buy, name="buy"),
    path("usage/", usage.usage, name="usage"),
    path("usage/mails/", usage.choose_mails, name="mails"),
    path("credits/", ledger.ledger, name="credits"),
]
