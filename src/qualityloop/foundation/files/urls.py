"""Addresses of files."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.files.views import stored_file

app_name = "files"

urlpatterns = [path("files/<int:number>/", stored_file, name="file")]
