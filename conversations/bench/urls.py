from django.urls import path

from conversations.bench import views

app_name = "bench"
urlpatterns = [
    path("documents/retrieval/", views.library, name="library"),
    path("chatbots/<slug:slug>/retrieval/", views.chatbot, name="chatbot"),
    path("chatbots/<slug:slug>/retrieval/apply/", views.apply, name="apply"),
]
