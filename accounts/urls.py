"""Settings: one's own profile, API keys; and the way in for invited people."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("keys/", views.api_keys, name="api_keys"),
    path("keys/<uuid:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
