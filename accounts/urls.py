"""Settings: one's own profile, API keys; and the way in for invited people."""

from django.urls import path

from accounts import provider_pages, security, views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("security/", security.security, name="security"),
    path("security/revoke-keys/", security.revoke_all_keys, name="revoke_all_keys"),
    path("keys/", views.api_keys, name="api_keys"),
    path("keys/<uuid:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("providers/", provider_pages.providers, name="providers"),
    path("providers/default/", provider_pages.choose_default_model, name="default_model"),
    path("providers/<uuid:pk>/test/", provider_pages.test, name="test_provider_key"),
    path("providers/<uuid:pk>/replace/", provider_pages.replace, name="replace_provider_key"),
    path("providers/<uuid:pk>/switch/", provider_pages.switch, name="switch_provider_key"),
    path("providers/<uuid:pk>/remove/", provider_pages.remove, name="remove_provider_key"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
