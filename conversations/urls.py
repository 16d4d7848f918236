from django.urls import path

from conversations import live, views

app_name = "conversations"
urlpatterns = [
    path("", views.start, name="list"),
    path("history/", views.history, name="history"),
    path("new/<slug:slug>/", views.new, name="new"),
    path("new/<slug:slug>/send/", views.begin, name="begin"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/send/", views.send, name="send"),
    path("<uuid:pk>/rename/", views.rename, name="rename"),
    path("<uuid:pk>/pin/", views.pin, name="pin"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("messages/<uuid:pk>/", views.message, name="message"),
    path("messages/<uuid:pk>/events/", live.events, name="events"),
    path("messages/<uuid:pk>/stop/", views.stop, name="stop"),
    path("messages/<uuid:pk>/again/", views.again, name="again"),
    path("messages/<uuid:pk>/sources/<int:number>/", views.sources, name="sources"),
]
