from django.urls import path

from chatbots.views import listing, picker, tabs, versions

app_name = "chatbots"
urlpatterns = [
    path("", listing.chatbots, name="list"),
    path("new/", listing.create, name="create"),
    path("ask/", listing.ask, name="ask"),
    path("documents/", picker.documents, name="documents"),
    path("<slug:slug>/", tabs.detail, name="detail"),
    path("<slug:slug>/behaviour/", tabs.behaviour, name="behaviour"),
    path("<slug:slug>/look/", tabs.look, name="look"),
    path("<slug:slug>/share/", tabs.share, name="share"),
    path("<slug:slug>/publish/", versions.publish, name="publish"),
    path("<slug:slug>/versions/", versions.listing, name="versions"),
    path("<slug:slug>/versions/<int:number>/", versions.detail, name="version"),
    path("<slug:slug>/versions/<int:number>/restore/", versions.restore, name="restore"),
    path("<slug:slug>/delete/", listing.delete, name="delete"),
]
