"""The library and the pages of one document."""

from django.urls import path

from documents.views import document, library, search

app_name = "documents"
urlpatterns = [
    path("", library.documents, name="list"),
    path("upload/", library.upload, name="upload"),
    path("progress/", library.progress, name="progress"),
    path("selected/", library.selected, name="selected"),
    path("search/", search.results, name="search"),
    path("<uuid:pk>/", document.detail, name="detail"),
    path("<uuid:pk>/passages/", document.passages, name="passages"),
    path("<uuid:pk>/state/", document.state, name="state"),
    path("<uuid:pk>/download/", document.download, name="download"),
    path("<uuid:pk>/edit/", document.edit, name="edit"),
    path("<uuid:pk>/reprocess/", document.reprocess, name="reprocess"),
    path("<uuid:pk>/cancel/", document.cancel, name="cancel"),
    path("<uuid:pk>/delete/", document.delete, name="delete"),
]
