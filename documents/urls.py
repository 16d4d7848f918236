"""The library and the pages of one document."""

from django.urls import path

from documents.views import (
    chunk,
    chunks,
    document,
    library,
    queue,
    search,
    sources,
    unlocking,
    uploads,
)

app_name = "documents"
urlpatterns = [
    path("", library.documents, name="list"),
    path("upload/", library.upload, name="upload"),
    path("uploads/", uploads.uploads, name="uploads"),
    path("uploads/<uuid:pk>/", uploads.detail, name="upload_detail"),
    path("uploads/<uuid:pk>/delete/", uploads.delete, name="upload_delete"),
    path("progress/", library.progress, name="progress"),
    path("selected/", library.selected, name="selected"),
    path("queue/", queue.queue, name="queue"),
    path("search/", search.results, name="search"),
    path("passages/<uuid:pk>/", chunk.detail, name="passage"),
    path("passages/<uuid:pk>/edit/", chunk.edit, name="edit_passage"),
    path("passages/<uuid:pk>/switch/", chunk.switch, name="switch_passage"),
    path("web-sources/", sources.sources_list, name="sources"),
    path("web-sources/add/", sources.add, name="source_add"),
    path("web-sources/<uuid:pk>/", sources.source, name="source"),
    path("web-sources/<uuid:pk>/state/", sources.state, name="source_state"),
    path("web-sources/<uuid:pk>/edit/", sources.edit, name="source_edit"),
    path("web-sources/<uuid:pk>/run/", sources.run, name="source_run"),
    path("web-sources/<uuid:pk>/cancel/", sources.cancel, name="source_cancel"),
    path("web-sources/<uuid:pk>/pause/", sources.pause, name="source_pause"),
    path("web-sources/<uuid:pk>/resume/", sources.resume, name="source_resume"),
    path("web-sources/<uuid:pk>/delete/", sources.delete, name="source_delete"),
    path("web-sources/<uuid:pk>/removed/", sources.delete_removed, name="source_delete_removed"),
    path("<uuid:pk>/", document.detail, name="detail"),
    path("<uuid:pk>/refresh/", sources.refresh, name="refresh"),
    path("<uuid:pk>/passages/", chunks.passages, name="passages"),
    path("<uuid:pk>/passages/switch/", chunks.switch, name="switch_passages"),
    path("<uuid:pk>/state/", document.state, name="state"),
    path("<uuid:pk>/download/", document.download, name="download"),
    path("<uuid:pk>/edit/", document.edit, name="edit"),
    path("<uuid:pk>/reprocess/", document.reprocess, name="reprocess"),
    path("<uuid:pk>/cancel/", document.cancel, name="cancel"),
    path("<uuid:pk>/unlock/", unlocking.password, name="unlock"),
    path("<uuid:pk>/lost-edits/", document.dismiss_lost_edits, name="dismiss_lost_edits"),
    path("<uuid:pk>/delete/", document.delete, name="delete"),
]
