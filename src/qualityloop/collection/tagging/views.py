"""Pages 关键问题标签: tags, rules, statistics, the queue of suggestions, and tagging on a record's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.problems.pareto import pareto
from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging import panel, queries, services
from qualityloop.collection.tagging.forms import RuleForm, TagForm
from qualityloop.collection.tagging.jobs import LEARN
from qualityloop.collection.tagging.models import Learning, Tag, TagRule
from qualityloop.collection.tagging.permissions import TAG, TAGS
from qualityloop.collection.tagging.trying import columns_known, trial
from qualityloop.collection.tagging.words import dataset_name
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.wording import language


@requires(TAGS)
@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """All tags with their rules, and what their suggestions are worth."""
    learning = Learning.objects.first()
    run = JobRun.objects.filter(key=LEARN).order_by("-pk").first()
    context = {"lines": queries.lines(learning), "learning": learning, "run": run if run and run.is_live else None}
    return render(request, "tagging/tags.html", context)


@requires(TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_new(request: HttpRequest) -> HttpResponse:
    """Make a tag."""
    return _tag_form(request, Tag(), _("New tag"))


@requires(TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a tag."""
    found = get_object_or_404(Tag, pk=number)
    return _tag_form(request, found, found.name)


def _tag_form(request: HttpRequest, tag: Tag, title: str) -> HttpResponse:
    form = TagForm(request.POST or None, instance=tag)
    if request.method == "POST" and form.is_valid():
        services.tag_save(actor=person(request), tag=form.save(commit=False), address=address_of(request))
        messages.success(request, _("Kept."))
        return redirect("tagging:tags")
    back = reverse("tagging:tags")
    context = {"form": form, "title": title, "back": back, "crumbs": [(back, _("Key problem tags"))]}
    return render(request, "foundation/form_page.html", context, status=422 if form.errors else 200)


@requires(TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: HttpRequest) -> HttpResponse:
    """Make a rule, for the tag that the address names."""
    tag = request.GET.get("tag", "")
    found = Tag.objects.filter(pk=int(tag)).first() if tag.isascii() and tag.isdigit() and len(tag) < 19 else None
    return _rule_form(request, TagRule(), {"tag": found.pk} if found else {})


@requires(TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, number: int) -> HttpResponse:
    """One rule: what it says, what it finds, changing it."""
    return _rule_form(request, get_object_or_404(TagRule, pk=number), {})


def _rule_form(request: HttpRequest, found: TagRule, initial: dict[str, Any]) -> HttpResponse:
    form = RuleForm(request.POST or None, instance=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.rule_save(actor=person(request), rule=form.save(commit=False), address=address_of(request))
        messages.success(request, _("Kept; the records are being tagged."))
        return redirect("tagging:tags")
    dataset = str(form["dataset"].value() or "tickets")
    context = {
        "form": form, "rule": found, **_tried(str(form["condition"].value() or ""), dataset),
        **(history_panel(found) if found.pk else {}),
    }  # fmt: skip
    return render(request, "tagging/rule.html", context, status=422 if form.errors else 200)


@requires(TAGS)
@require_POST
def rule_try(request: HttpRequest) -> HttpResponse:
    """What a condition finds, while it is being written."""
    condition, dataset = request.POST.get("condition", ""), request.POST.get("dataset", "")
    return render(request, "tagging/tried.html", _tried(condition, dataset))


def _tried(text: str, dataset: str) -> dict[str, Any]:
    if dataset not in SUBJECTS:
        raise Http404
    seen = trial(text, dataset, language())
    return {
        "columns_known": columns_known(dataset, language()), "dataset": dataset, "explained": seen.explained,
        "fault": seen.fault, "found": seen.found, "heads": seen.heads, "share": seen.share,
    }  # fmt: skip


@requires(TAGS)
@require_POST
def rule_remove(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a rule."""
    found = get_object_or_404(TagRule, pk=number)
    services.rule_remove(actor=person(request), rule=found, address=address_of(request))
    messages.success(request, _("Removed."))
    return redirect("tagging:tags")


@requires(TAGS)
@require_POST
def learn(request: HttpRequest) -> HttpResponse:
    """Learn suggestions anew."""
    enqueue(LEARN, actor=person(request), once=LEARN)
    return redirect("tagging:tags")


@requires(TAGS)
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How often each tag was given, month by month, and which make up most."""
    dataset = request.GET.get("dataset", "")
    found = queries.statistics(dataset if dataset in SUBJECTS else "")
    href = {tag.name: f"{reverse('tagging:tagged')}?tag={tag.pk}" for tag, _counts, _total in found.rows}
    items = pareto([(tag.name, total) for tag, _counts, total in found.rows])
    chart = {
        "items": [{"name": item.name, "value": item.count, "href": href[item.name]} for item in items],
        "words": {"label": _("Tags by number of records"), "count": _("Records"), "cumulative": _("Cumulative share")},
    }
    datasets = [(name, dataset_name(name)) for name in SUBJECTS]
    context = {"statistics": found, "chart": chart, "dataset": dataset, "datasets": datasets}
    return render(request, "tagging/statistics.html", context)


@requires(TAG)
@require_POST
def toggle(request: HttpRequest, dataset: str, pk: int) -> HttpResponse:
    """Give a record a tag or take it away; the tag comes by key or, from the search field, by name."""
    subject = SUBJECTS.get(dataset)
    found = queries.record_for(request.user, dataset, pk)
    if subject is None or found is None:
        raise Http404
    tag = _asked(request)
    if tag is not None:
        services.tag_toggle(actor=person(request), subject=found, tag=tag, address=address_of(request))
    if not request.headers.get("HX-Request"):
        return redirect(subject.url(pk))
    context = {"unknown": request.POST.get("name", "")[:50] if tag is None else ""}
    return render(request, panel.TEMPLATE, {**context, **panel.context(request, found)})


def _asked(request: HttpRequest) -> Tag | None:
    key, name = request.POST.get("tag", ""), request.POST.get("name", "").strip()
    if key.isascii() and key.isdigit() and len(key) < 19:
        return Tag.objects.filter(pk=int(key)).first()
    exact = Tag.objects.filter(active=True, name=name).first()
    if exact is not None or not name:
        return exact
    some = list(Tag.objects.filter(active=True, name__icontains=name)[:2])
    return some[0] if len(some) == 1 else None


@requires(TAG)
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The queue: what the model holds for likely, for a person to judge."""
    waiting = queries.suggestions_for(request.user).order_by("-score", "pk")
    context = {
        "waiting": queries.waiting(waiting[: queries.QUEUE]),
        "total": waiting.count(),
        "learning": Learning.objects.first(),
    }
    return render(request, "tagging/suggestions.html", context)


@requires(TAG)
@require_POST
def judge(request: HttpRequest, number: int) -> HttpResponse:
    """Accept or reject a suggestion."""
    found = get_object_or_404(queries.suggestions_for(request.user), pk=number)
    verdict = request.POST.get("verdict")
    if verdict not in ("accept", "reject"):
        return HttpResponse(status=422)
    services.suggestion_judge(
        actor=person(request), suggestion=found, accept=verdict == "accept", address=address_of(request)
    )
    return HttpResponse("") if request.headers.get("HX-Request") else redirect("tagging:suggestions")
