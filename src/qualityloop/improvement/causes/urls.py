"""Addresses of causes."""

from __future__ import annotations

from django.urls import path

from qualityloop.improvement.causes.views import nodes, statistics, trees

app_name = "improvement_causes"

urlpatterns = [
    path("problems/<int:pk>/causes/<slug:tree>/", trees.tree, name="tree"),
    path("problems/<int:pk>/causes/<slug:tree>/part/", trees.part, name="part"),
    path("problems/<int:pk>/causes/<slug:tree>/start/", trees.start, name="start"),
    path("problems/<int:pk>/causes/<slug:tree>/do/", trees.do, name="do"),
    path("problems/<int:pk>/direction/", trees.direction, name="direction"),
    path("causes/<int:number>/", nodes.node, name="node"),
    path("causes/<int:number>/why/", nodes.why, name="why"),
    path("causes/<int:number>/lock/", nodes.lock, name="lock"),
    path("root-causes/<int:number>/unlock/", nodes.unlock, name="unlock"),
    path("root-causes/", statistics.statistics, name="statistics"),
    path("root-causes/kinds/", statistics.kinds, name="kinds"),
    path("root-causes/categories/new/", statistics.category, name="category_new"),
    path("root-causes/categories/<int:number>/", statistics.category, name="category"),
    path("root-causes/kinds/new/", statistics.tag, name="tag_new"),
    path("root-causes/kinds/<int:number>/", statistics.tag, name="tag"),
]
