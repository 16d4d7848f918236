"""The pages of projects, whose tabs are of several rooms."""

from django.urls import path

from accounts.sharing import invited, views
from chatbots.views import project as of_chatbots
from documents.views import project as of_documents

app_name = "projects"
urlpatterns = [
    path("", views.projects, name="list"),
    path("join/<str:token>/", invited.join, name="join"),
    path("offers/<uuid:pk>/accept/", invited.accept, name="accept"),
    path("offers/<uuid:pk>/decline/", invited.decline, name="decline"),
    path("<uuid:pk>/", of_documents.documents, name="detail"),
    path("<uuid:pk>/upload/", of_documents.upload, name="upload"),
    path("<uuid:pk>/documents/", of_documents.change, name="documents"),
    path("<uuid:pk>/chatbots/", of_chatbots.chatbots, name="chatbots"),
    path("<uuid:pk>/people/", views.people, name="people"),
    path("<uuid:pk>/people/<uuid:member>/role/", views.role, name="role"),
    path("<uuid:pk>/people/<uuid:member>/remove/", views.remove, name="remove"),
    path("<uuid:pk>/invitations/<uuid:invitation>/resend/", views.resend, name="resend"),
    path("<uuid:pk>/invitations/<uuid:invitation>/revoke/", views.revoke, name="revoke"),
    path("<uuid:pk>/settings/", views.settings, name="settings"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
]
