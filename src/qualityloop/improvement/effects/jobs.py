"""Evaluations in the background: of one problem when asked for, every morning of all whose day has come."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.foundation.jobs import Progress, job, schedule
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.models import User
from qualityloop.improvement.effects import services
from qualityloop.improvement.effects.queries import due_problems, is_due
from qualityloop.improvement.problems.models import Problem

EVALUATE, DUE = "effects.evaluate", "effects.due"


@job(EVALUATE, _("Evaluation of effects"))
def evaluate(progress: Progress, *, problem: int, asked_by: int | None = None, address: str = "") -> None:
    """Evaluate the predictions of one problem; begun again it finds what is kept already."""
    one = Problem.objects.filter(pk=problem).first()
    if one is None:
        raise AnalysisError(message("The problem is no longer there."))
    who = User.objects.filter(pk=asked_by).first()

    def step(done: int, of: int) -> None:
        progress(done, of)

    try:
        services.evaluate_problem(actor=who, problem=one, progress=step, address=address)
    except ValidationError as error:
        said = " ".join(error.messages)
        raise AnalysisError(message("{reason}", reason=Text(said, said))) from error


@job(DUE, _("Evaluation of effects that are due"), quiet=True)
def due(progress: Progress) -> None:
    """Evaluate each prediction whose day is over, and those of which an evaluation said when it can be told."""
    lake = current_lake()
    if lake is None:
        return
    problems = due_problems()
    for done, problem in enumerate(problems):
        progress(done, len(problems))
        for prediction in services.judged_predictions(problem):
            if is_due(prediction):
                services.evaluate(actor=None, problem=problem, prediction=prediction, lake=lake)


schedule(DUE, cron="20 6 * * *")
