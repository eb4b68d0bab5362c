"""People who can sign in to the demo, one for each role. Their passwords are no secret: the data are invented."""

from __future__ import annotations

from dataclasses import dataclass

from qualityloop.analysis.messages import Text

PASSWORD = "zhihuan-demo"  # noqa: S105 (printed when the demo starts)


@dataclass(frozen=True, slots=True)
class Account:
    """A demo person; `role` is one of the foundation's roles."""

    username: str
    name: str
    role: str
    post: Text
    password: str = PASSWORD


ACCOUNTS = (
    Account("linzhuren", "林主任", "director", Text("服务主任", "Service director")),
    Account("zhaomin", "赵敏", "qc", Text("质检专员", "QC specialist")),
    Account("chen", "陈班长", "senior_agent", Text("班长、资深客服", "Team leader, senior agent")),
    Account("zhou", "小周", "agent", Text("客服专员", "Agent")),
    Account("li", "老李", "engineer", Text("现场工程师", "Field engineer")),
    Account("wu", "吴老师", "trainer", Text("培训师", "Trainer")),
    Account("wang", "王女士", "customer", Text("客户", "Customer")),
    Account("admin", "管理员", "admin", Text("系统管理员", "Administrator")),
)


def make_accounts() -> tuple[Account, ...]:
    """Make the accounts that are missing; those that exist stay as they are. Django must be set up."""
    from qualityloop.foundation.accounts import account_create
    from qualityloop.foundation.models import User

    present = set(User.objects.filter(username__in=[a.username for a in ACCOUNTS]).values_list("username", flat=True))
    missing = tuple(account for account in ACCOUNTS if account.username not in present)
    for account in missing:
        account_create(username=account.username, password=account.password, role=account.role, name=account.name)
    return missing


def demo_logins() -> tuple[Account, ...]:
    """Demo accounts that exist and are active; Django must be set up."""
    from qualityloop.foundation.models import User

    users = {user.username: user for user in User.objects.filter(username__in=[a.username for a in ACCOUNTS])}
    return tuple(a for a in ACCOUNTS if a.username in users and users[a.username].is_active)
