"""Addresses of the collection."""

from __future__ import annotations

from django.urls import path

from qualityloop.collection.listings import IMPORTS
from qualityloop.collection.views import hooks, imports, mails, rejects, run, sources
from qualityloop.foundation.listing import listing_page

app_name = "collection"

urlpatterns = [
    path("import/", imports.imports, name="imports"),
    path("imports/", listing_page(IMPORTS), name="import_list"),
    path("import/<int:number>/", run.run_page, name="run"),
    path("import/<int:number>/try/", run.try_mapping, name="try"),
    path("import/<int:number>/mapping/", run.save_mapping, name="mapping"),
    path("import/<int:number>/check/", run.check, name="check"),
    path("import/<int:number>/start/", run.start, name="run_start"),
    path("import/<int:number>/resume/", run.resume, name="resume"),
    path("import/<int:number>/undo/", run.undo, name="undo"),
    path("import/<int:number>/discard/", imports.discard, name="discard"),
    path("import/<int:number>/rejects/", rejects.rejects, name="rejects"),
    path("import/<int:number>/rejects/dismiss/", rejects.dismiss_all, name="rejects_dismiss"),
    path("import/<int:number>/rejects/run/", rejects.run_again, name="rejects_run"),
    path("import/<int:number>/rejects/file/", rejects.rejects_file, name="rejects_file"),
    path("import/rejects/<int:number>/", rejects.reject, name="reject"),
    path("import/rejects/<int:number>/dismiss/", rejects.dismiss, name="reject_dismiss"),
    path("hooks/<int:number>/", hooks.hook, name="hook"),
    path("mails/", listing_page(mails.MAILS), name="mails"),
    path("mails/again/", mails.again, name="mails_again"),
    path("mails/<int:number>/", mails.mail, name="mail"),
    path("mails/<int:number>/again/", mails.again, name="mail_again"),
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", sources.new, name="source_new"),
    path("sources/<int:number>/", sources.source, name="source"),
    path("sources/<int:number>/edit/", sources.edit, name="source_edit"),
    path("sources/<int:number>/ask/", sources.ask, name="source_ask"),
    path("sources/<int:number>/forget/", sources.forget, name="source_forget"),
]
