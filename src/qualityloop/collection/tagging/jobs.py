"""Work in the background: rules after each refresh of the lake, learning on demand and once a week."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.tagging.applying import apply_rules
from qualityloop.collection.tagging.models import Learning, TagRule
from qualityloop.collection.tagging.permissions import TAGS
from qualityloop.collection.tagging.suggesting import learn_anew, suggest
from qualityloop.foundation.jobs import Progress, enqueue, job, schedule
from qualityloop.foundation.lake.reading import current_lake
from qualityloop.foundation.models import User

APPLY = "tagging.apply"
LEARN = "tagging.learn"


def apply_soon(actor: User | None = None) -> None:
    """Have the rules applied when the caller's transaction is done."""
    enqueue(APPLY, actor=actor, once=APPLY)


def lake_refreshed(sender: object, **more: object) -> None:
    """New or changed records: see what the rules say of them."""
    apply_soon()


@job(APPLY, _("Tag rules applied"), right=TAGS, quiet=True)
def run_apply(progress: Progress) -> None:
    """Apply the rules until neither the lake nor the rules have changed meanwhile; then suggest for what is new."""
    seen = None
    while (lake := current_lake()) is not None and seen != (now := (lake.snapshot, _rules())):
        apply_rules(lake, progress)
        seen = now
    learning = Learning.objects.first()
    if learning is not None:
        try:
            suggest(learning)
        except AnalysisError:  # its files are gone, after a restore without them: the next learning makes new ones
            return


def _rules() -> tuple[object, ...]:
    return tuple(TagRule.objects.order_by("pk").values_list("pk", "tag_id", "condition", "active", "tag__active"))


@job(LEARN, _("Tag suggestions learned anew"), right=TAGS)
def run_learn(progress: Progress) -> None:
    """Learn from the tags that people gave."""
    learn_anew(actor=progress.run.actor, step=progress)


schedule(LEARN, cron="20 4 * * 0")
