"""The demo's departments, leaders and the people behind its accounts. Django must be set up."""

from __future__ import annotations

from qualityloop.demo import organisation as org

CENTRE, DESK, TECHNIQUE, FIELD, QUALITY, TRAINING = (
    "售后服务中心",
    "客户服务部",
    "技术部",
    "现场服务部",
    "质检组",
    "培训组",
)
TREE = {
    CENTRE: "",
    DESK: CENTRE,
    TECHNIQUE: CENTRE,
    FIELD: CENTRE,
    QUALITY: CENTRE,
    TRAINING: CENTRE,
    "调度台": DESK,
    org.CONTACT_ONE: DESK,
    org.CONTACT_TWO: DESK,
    org.NIGHT_TEAM: DESK,
    org.TECHNICAL: TECHNIQUE,
    **dict.fromkeys(org.STATIONS.values(), FIELD),
}
POSTS = {  # account: department and post of the person behind it
    "linzhuren": (CENTRE, "服务主任"),
    "zhaomin": (QUALITY, "质检专员"),
    "chen": (org.NIGHT_TEAM, "班长"),
    "wu": (TRAINING, "培训师"),
    "admin": (CENTRE, "系统管理员"),
}
ONE_OF = {
    "zhou": (org.CONTACT_ONE, "客服专员"),
    "li": (org.STATIONS["华东"], "现场工程师"),
}  # people whose work is in the records
LEADERS = {CENTRE: "linzhuren", QUALITY: "zhaomin", org.NIGHT_TEAM: "chen", TRAINING: "wu"}


def settle() -> None:
    """Departments in their tree, accounts linked to staff, leaders in place; what is there already stays."""
    from django.db import transaction

    from qualityloop.foundation.models import User
    from qualityloop.people.models import Department, Staff
    from qualityloop.people.services import departments_by_name

    numbers = departments_by_name(TREE, actor=None)
    users = {user.username: user for user in User.objects.filter(username__in=[*POSTS, *ONE_OF])}
    with transaction.atomic():
        for place, (name, above) in enumerate(TREE.items()):
            Department.objects.filter(pk=numbers[name], parent=None).update(parent=numbers.get(above), sort=place)
        taken = set(Staff.objects.filter(user__isnull=False).values_list("user__username", flat=True))
        for username, (department, post) in POSTS.items():
            if username in users and username not in taken:
                Staff.objects.create(
                    name=users[username].name, user=users[username], department_id=numbers[department], post=post
                )
        for username, (department, post) in ONE_OF.items():
            person = Staff.objects.filter(department_id=numbers[department], user=None).order_by("pk").first()
            if username in users and username not in taken and person is not None:
                Staff.objects.filter(pk=person.pk).update(user=users[username], post=post)
        for department, username in LEADERS.items():
            leader = Staff.objects.filter(user__username=username).first()
            Department.objects.filter(pk=numbers[department], leader=None).update(leader=leader)
