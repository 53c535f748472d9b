from django.urls import path

from reviews.views import (
    application,
    correcting,
    handing_in,
    lists,
    papers,
    reviewing,
    reviewing_papers,
    scoring,
    signing,
)

app_name = "reviews"
urlpatterns = [
    path("rounds/<int:pk>/", lists.round_page, name="round"),
    path("applications/", lists.applications, name="applications"),
    path("applications/start/<int:studio_pk>/", lists.start, name="start"),
    path("applications/<int:pk>/", application.page, name="application"),
    path("applications/<int:pk>/submit/", handing_in.submit, name="submit"),
    path("applications/<int:pk>/submitted/", handing_in.submitted, name="submitted"),
    path("applications/<int:pk>/withdraw/", handing_in.withdraw, name="withdraw"),
    path("applications/<int:pk>/sign/", signing.sign, name="sign"),
    path("applications/<int:pk>/return/", correcting.return_for_correction, name="return"),
    path("applications/<int:pk>/refuse/", correcting.refuse, name="refuse"),
    path("applications/<int:pk>/papers/<int:version>/", papers.frozen, name="papers"),
    path("applications/<int:pk>/papers/<int:version>/<uuid:file>/", papers.frozen_file, name="frozen_file"),
    path("applications/<int:pk>/form.<str:kind>", papers.form_download, name="form"),
    path("applications/<int:pk>/stamped/", papers.upload_stamped, name="stamped"),
    path("reviews/", reviewing.reviews, name="reviews"),
    path("reviews/<int:pk>/", reviewing.assignment, name="assignment"),
    path("reviews/<int:pk>/accept/", reviewing.accept, name="accept_review"),
    path("reviews/<int:pk>/recuse/", reviewing.recuse, name="recuse"),
    path("reviews/<int:pk>/decline/", reviewing.decline, name="decline"),
    path("reviews/<int:pk>/files/<uuid:file>/", reviewing.file, name="assignment_file"),
    path("reviews/<int:pk>/file.pdf", reviewing_papers.papers_pdf, name="papers_pdf"),
    path("reviews/<int:pk>/autosave/", scoring.autosave, name="autosave_review"),
    path("reviews/<int:pk>/hand-in/", scoring.hand_in, name="hand_in_review"),
    path("reviews/<int:pk>/others/", scoring.others, name="other_sheets"),
    path("decisions/<int:pk>/", papers.decision, name="decision"),
]
