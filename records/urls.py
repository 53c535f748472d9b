from django.urls import path

from records import views

app_name = "records"
urlpatterns = [
    path("files/<uuid:pk>/", views.file, name="file"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/result/", views.job_result, name="job_result"),
    path("jobs/<uuid:pk>/cancel/", views.cancel_job, name="cancel_job"),
    path("jobs/<uuid:pk>/again/", views.run_job_again, name="run_job_again"),
]
