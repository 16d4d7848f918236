from django.urls import path

from conversations import home

urlpatterns = [
    path("", home.landing, name="landing"),
    path("home/", home.home, name="home"),
    path("home/start/", home.first_steps, name="home-start"),
]
