from django.urls import path

from accounts import inbox

app_name = "accounts"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="read_all"),
    path("inbox/<int:pk>/", inbox.notice, name="notice"),
]
