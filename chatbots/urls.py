from django.urls import path

from chatbots import views

app_name = "chatbots"
urlpatterns = [
    path("", views.chatbots, name="list"),
    path("new/", views.create, name="create"),
    path("ask/", views.ask, name="ask"),
    path("documents/", views.documents, name="documents"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/delete/", views.delete, name="delete"),
]
