from django.urls import path

from accounts import activating, inbox

app_name = "accounts"
urlpatterns = [
    path("activate/", activating.activate, name="activate"),
    path("activate/password/", activating.activate_password, name="activate_password"),
    path("activate/<str:token>/", activating.activate_by_link, name="activate_by_link"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="read_all"),
    path("inbox/<int:pk>/", inbox.notice, name="notice"),
]
