"""Addresses of work chats."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.chats import views

app_name = "chats"

urlpatterns = [
    path("chats/", views.listed, name="chats"),
    path("chats/new/", views.new, name="new"),
    path("chats/mine/", views.mine, name="mine"),
    path("chats/mine/<int:pk>/unlink/", views.unlink_mine, name="unlink_mine"),
    path("chats/<int:pk>/", views.chat, name="chat"),
    path("chats/<int:pk>/edit/", views.edit, name="edit"),
    path("chats/<int:pk>/remove/", views.remove, name="remove"),
    path("chats/<int:pk>/accounts/<int:mark>/unlink/", views.unlink, name="unlink"),
    path("chats/call/<str:key>/", views.callback, name="callback"),
]
