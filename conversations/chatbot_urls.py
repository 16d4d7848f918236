"""Tabs of a chatbot's page that are about its conversations."""

from django.urls import path

from conversations.views import insights, preview

app_name = "chatbot"
urlpatterns = [
    path("<slug:slug>/preview/", preview.detail, name="preview"),
    path("<slug:slug>/preview/send/", preview.send, name="preview-send"),
    path("<slug:slug>/preview/clear/", preview.clear, name="preview-clear"),
    path("<slug:slug>/insights/", insights.detail, name="insights"),
]
