from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.articles, name="articles"),
    path("check/", views.check, name="check"),
    path("check/<str:code>/", views.check, name="check"),
]
