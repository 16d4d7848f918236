from django.urls import path

from conversations import live
from conversations.views import asking, attaching, feedback, order, sharing, thread

app_name = "conversations"
urlpatterns = [
    path("", thread.start, name="list"),
    path("history/", thread.history, name="history"),
    path("new/<slug:slug>/", thread.new, name="new"),
    path("new/<slug:slug>/send/", asking.begin, name="begin"),
    path("<uuid:pk>/", thread.detail, name="detail"),
    path("new/<slug:slug>/attach/", attaching.begin, name="begin-attach"),
    path("<uuid:pk>/attachments/", attaching.attached, name="attachments"),
    path("<uuid:pk>/attach/", attaching.attach, name="attach"),
    path(
        "<uuid:pk>/attachments/<uuid:attachment>/remove/",
        attaching.detach,
        name="detach",
    ),
    path("<uuid:pk>/send/", asking.send, name="send"),
    path("<uuid:pk>/rename/", order.rename, name="rename"),
    path("<uuid:pk>/pin/", order.pin, name="pin"),
    path("<uuid:pk>/archive/", order.archive, name="archive"),
    path("<uuid:pk>/export/", order.export, name="export"),
    path("<uuid:pk>/links/", sharing.links, name="links"),
    path("<uuid:pk>/links/<uuid:link>/revoke/", sharing.revoke, name="revoke-link"),
    path("<uuid:pk>/delete/", order.delete, name="delete"),
    path("messages/<uuid:pk>/", thread.message, name="message"),
    path("messages/<uuid:pk>/events/", live.events, name="events"),
    path("messages/<uuid:pk>/stop/", asking.stop, name="stop"),
    path("messages/<uuid:pk>/again/", asking.again, name="again"),
    path("messages/<uuid:pk>/go-on/", asking.go_on, name="go-on"),
    path("messages/<uuid:pk>/edit/", asking.edit, name="edit"),
    path("messages/<uuid:pk>/show/", order.show, name="show"),
    path("messages/<uuid:pk>/feedback/", feedback.give, name="feedback"),
    path("messages/<uuid:pk>/sources/<int:number>/", thread.sources, name="sources"),
]
