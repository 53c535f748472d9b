from django.urls import path

from studios.views import catalogue, editors, filling, live, pasting, rows, starting

app_name = "studios"
urlpatterns = [
    path("studios/", catalogue.studios, name="studios"),
    path("studios/start/", starting.start, name="start"),
    path("studios/<int:pk>/", catalogue.studio, name="studio"),
    path("studios/<int:pk>/certificates/<int:certificate>/<slug:kind>.pdf", catalogue.paper, name="paper"),
    path("studios/<int:pk>/parts/", filling.task_list, name="parts"),
    path("studios/<int:pk>/parts/<slug:key>/", filling.part, name="part"),
    path("studios/<int:pk>/parts/<slug:key>/autosave/", live.autosave, name="autosave"),
    path("studios/<int:pk>/parts/<slug:key>/here/", live.here, name="here"),
    path("studios/<int:pk>/parts/<slug:key>/discard/", live.discard, name="discard"),
    path("studios/<int:pk>/rows/<slug:kind>/add/", rows.add, name="row_add"),
    path("studios/<int:pk>/rows/<slug:kind>/paste/", pasting.paste, name="rows_paste"),
    path("studios/<int:pk>/rows/<slug:kind>/<int:row>/", rows.edit, name="row"),
    path("studios/<int:pk>/rows/<slug:kind>/<int:row>/remove/", rows.remove, name="row_remove"),
    path("studios/<int:pk>/rows/<slug:kind>/<int:row>/autosave/", live.autosave_row, name="autosave_row"),
    path("studios/<int:pk>/files/<uuid:file>/remove/", rows.remove_file, name="file_remove"),
    path("studios/<int:pk>/editors/", editors.editors, name="editors"),
    path("studios/<int:pk>/editors/add/", editors.add_editor, name="editor_add"),
    path("studios/<int:pk>/editors/<int:editor>/remove/", editors.remove_editor, name="editor_remove"),
]
