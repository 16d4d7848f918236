"""What people without an account read, by the token of a link."""

from django.urls import path

from conversations.views import sharing

app_name = "shared"
urlpatterns = [
    path("<str:token>/", sharing.conversation, name="conversation"),
    path("<str:token>/thread/", sharing.thread, name="thread"),
]
