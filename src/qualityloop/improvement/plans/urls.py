"""Addresses of plans, tasks, meetings, checkpoints and reviews."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.improvement.plans import listings
from qualityloop.improvement.plans.views import answers, checkpoints, meetings, plans, tasks

app_name = "improvement_plans"

urlpatterns = [
    path("plans/", listing_page(listings.PLANS), name="plans"),
    path("plans/of-problem/<int:pk>/", plans.begin, name="begin"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/do/", plans.do, name="do"),
    path("plans/<int:pk>/approve/", plans.approve, name="approve"),
    path("plans/<int:pk>/send-back/", plans.send_back, name="send_back"),
    path("plans/<int:pk>/adjust/", plans.adjust, name="adjust"),
    path("plans/<int:pk>/goal/", plans.goal, name="plan_goal"),
    path("plans/<int:pk>/compare/", plans.compare, name="compare"),
    path("plans/<int:pk>/gantt/", plans.gantt, name="gantt"),
    path("plans/<int:pk>/measures/new/", plans.measure_new, name="measure_new"),
    path("plans/<int:pk>/smart/", plans.smart, name="smart"),
    path("measures/<int:pk>/edit/", plans.measure_edit, name="measure_edit"),
    path("measures/<int:pk>/do/", plans.measure_do, name="measure_do"),
    path("measures/<int:pk>/checkpoints/new/", checkpoints.check_new, name="check_new"),
    path("tasks/", listing_page(listings.TASKS), name="tasks"),
    path("tasks/board/", tasks.board, name="board"),
    path("tasks/new/", tasks.task_new, name="task_new"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/edit/", tasks.task_edit, name="task_edit"),
    path("tasks/<int:pk>/move/", tasks.move, name="task_move"),
    path("tasks/<int:pk>/remark/", tasks.remark, name="task_remark"),
    path("tasks/answer/<str:token>/", answers.answer, name="answer"),
    path("meetings/", listing_page(listings.MEETINGS), name="meetings"),
    path("meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/do/", meetings.meeting_do, name="meeting_do"),
    path("meetings/<int:pk>/decide/", meetings.decide, name="decide"),
    path("checkpoints/", listing_page(listings.CHECKPOINTS), name="checkpoints"),
    path("checkpoints/<int:pk>/", checkpoints.checkpoint, name="checkpoint"),
    path("checkpoints/<int:pk>/draw/", checkpoints.draw, name="draw"),
    path("checkpoints/<int:pk>/do/", checkpoints.check_do, name="check_do"),
    path("reviews-48h/", listing_page(listings.REVIEWS), name="reviews"),
    path("reviews-48h/<int:pk>/", checkpoints.review, name="review"),
    path("reviews-48h/<int:pk>/do/", checkpoints.review_do, name="review_do"),
]
