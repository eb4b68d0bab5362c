"""What a page can write, a program can write too: each view that takes a POST names its operations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from qualityloop.foundation.api import app

assert get_resolver().url_patterns  # every room has declared its lists

OPERATIONS = {op.operation_id for _path, op in app.operations(app.the_api())}
KINDS = ("indicators", "score_sheets", "process_maps", "sops", "sla", "calendars")  # of standards, alike

# page → operations, one of which or all of which together do what the page does
SAME = {
    "foundation": {
        "account_new": "accounts_make",
        "account_page": "accounts_change",
        "account_password": "accounts_password",
        "account_do": "accounts_do",
        "role_new": "roles_add",
        "role": "roles_change roles_remove",
        "role_back": "roles_reset",
        "session_end": "me_sessions_end",
        "sessions_end": "me_sessions_end_others",
        "language": "me_preferences_change",
        "theme": "me_preferences_change",
    },
    "jobs": {"cancel": "jobs_cancel", "again": "jobs_again"},
    "notices": {
        "read_all": "notices_read_all",
        "open": "notices_read",
        "wishes": "notices_settings_change",
        "again": "notice_deliveries_again",
    },
    "webhooks": {
        "new": "webhooks_make",
        "edit": "webhooks_change",
        "remove": "webhooks_remove",
        "renew": "webhooks_secret",
        "test": "webhooks_test",
        "again": "webhooks_again",
    },
    "chats": {
        "new": "chats_make",
        "edit": "chats_change",
        "remove": "chats_remove",
        "chat": "chats_link",
        "mine": "chats_code",
        "unlink": "chats_unlink",
        "unlink_mine": "chats_unlink",
    },
    "standards": {
        f"{kind}_{page}": operations
        for kind in KINDS
        for page, operations in {
            "new": "standards_begin",
            "edit": "standards_save",
            "new_version": "standards_new_version",
            "review_date": "standards_review_date",
            "review": "standards_review",
            "reopen": "standards_reopen",
            "release": "standards_release",
            "withdraw": "standards_withdraw",
        }.items()
    }
    | {
        "sops_confirm": "sops_confirm",
        "indicators_row": "standards_save",
        "indicators_check": "standards_check",
        "indicators_preview": "standards_preview",
        "indicators_file": "standards_save",
        "sla_check": "standards_check",
        "sla_preview": "standards_preview",
        "calendars_check": "standards_check",
    },
    "listing": {"keep": "views_keep", "drop": "views_delete"},
    "lake": {"refresh": "lake_refresh"},
    "collection": {
        "imports": "imports_upload",
        "try": "imports_mapping_try",
        "mapping": "imports_mapping_change imports_mapping_save",
        "check": "imports_check",
        "run_start": "imports_start",
        "resume": "imports_resume",
        "undo": "imports_undo",
        "discard": "imports_discard",
        "reject": "rejected_rows_try rejected_rows_repair",
        "reject_dismiss": "rejected_rows_dismiss rejected_rows_reopen",
        "rejects_dismiss": "imports_rejects_dismiss",
        "rejects_run": "imports_rejects_run",
        "rejects_file": "imports_rejects_file",
        "mails_again": "mails_again",
        "mail_again": "mails_one_again",
        "source_new": "sources_add",
        "source_edit": "sources_change",
        "source_ask": "sources_ask",
        "source_forget": "sources_forget",
    },
    "cleaning": {
        "finding": "set_aside_again set_aside_take_back",
        "run": "set_aside_run",
        "rule": "cleaning_rules_change",
    },
    "tagging": {
        "tag_new": "tags_add",
        "tag_edit": "tags_change",
        "rule_new": "tag_rules_add",
        "rule_try": "tag_rules_try",
        "rule": "tag_rules_change",
        "rule_remove": "tag_rules_remove",
        "learn": "tag_suggestions_learn",
        "toggle": "tags_give tags_take",
        "judge": "tag_suggestions_judge",
    },
    "people": {
        "department_new": "departments_add",
        "department_edit": "departments_change",
        "staff_new": "staff_add",
        "staff_edit": "staff_change",
        "staff_account": "staff_account",
        "group_new": "evaluation_groups_add",
        "group": "evaluation_groups_change",
    },
    "customers": {
        "customer_new": "customers_add",
        "customer_edit": "customers_change",
        "contact_new": "customers_contact_add",
        "contact_edit": "customers_contact_change",
        "contact_remove": "customers_contact_remove",
        "tier_new": "customer_tiers_add",
        "tier_edit": "customer_tiers_change",
        "tier_remove": "customer_tiers_remove",
    },
    "operations": {
        "ticket_new": "tickets_register",
        "ticket_edit": "tickets_change",
        "mark_add": "annotations_add",
        "mark_change": "annotations_change annotations_remove",
        "recording_add": "interactions_recording_add",
    },
    "feedback": {"praise_new": "praise_add"},
    "feedback_negatives": {
        "judging": "negative_judging_judge",
        "judge": "negative_feedback_judge",
        "fit": "negative_threshold_fit",
    },
    "diagnosis_themes": {
        "new": "theme_groupings_ask",
        "study_new": "expectation_studies_ask",
        "expectation": "expectation_studies_file expectation_studies_try",
        "count": "theme_groupings_count",
        "carried": "theme_groupings_carried",
        "label": "theme_groupings_label",
        "judge": "themes_change",
        "rename": "themes_change",
        "merge": "themes_change",
        "split": "themes_change",
    },
    "diagnosis_warnings": {
        "rule": "warning_rules_set warning_rules_try",
        "watch_new": "watches_add watches_try",
        "watch": "watches_change watches_try",
        "watch_switch": "watches_change",
        "review": "monitoring_review_save",
        "reports": "monitoring_report_make",
        "take": "warnings_take",
        "hand": "warnings_hand",
        "end": "warnings_end",
    },
    "improvement_problems": {
        "new": "improvements_open",
        "turn": "improvements_from_number",
        "turn_warning": "improvements_from_warning",
        "turn_theme": "improvements_from_theme",
        "turn_study": "improvements_from_study",
        "turn_voice": "improvements_from_voice",
        "edit": "improvements_change",
        "close": "improvements_close",
        "reopen": "improvements_reopen",
    },
    "improvement_evidence": {
        "add": "evidence_add evidence_add_file",
        "number": "evidence_add_number",
        "remove": "evidence_remove",
    },
    "improvement_causes": {
        "start": "causes_start",
        "do": "causes_add causes_change causes_vote causes_remove causes_move causes_undo",
        "direction": "causes_direction",
        "node": "causes_change",
        "why": "causes_why",
        "lock": "causes_lock",
        "unlock": "causes_unlock",
        "category_new": "cause_categories_add",
        "category": "cause_categories_change",
        "tag_new": "cause_kinds_add",
        "tag": "cause_kinds_change",
    },
    "improvement_plans": {
        "begin": "plans_begin",
        "plan_goal": "plans_change",
        "smart": "plans_measure_check",
        "do": "plans_submit plans_start plans_end",
        "approve": "plans_approve",
        "send_back": "plans_send_back",
        "adjust": "plans_adjust",
        "measure_new": "plans_measure_add",
        "measure_edit": "measures_change",
        "measure_do": "measures_remove measures_move",
        "check_new": "checkpoints_plan",
        "draw": "checkpoints_draw checkpoints_draw_records",
        "check_do": "checkpoints_enter checkpoints_judge",
        "task_new": "tasks_add",
        "task_edit": "tasks_change",
        "task_move": "tasks_move",
        "task_remark": "tasks_remark",
        "answer": "tasks_answer",
        "meeting_new": "meetings_call",
        "meeting_do": "meetings_agenda meetings_write meetings_close",
        "decide": "meetings_decide",
        "review_do": "measure_reviews_change measure_reviews_adjust measure_reviews_close",
    },
    "improvement_effects": {
        "evaluate": "effects_evaluate",
        "again": "effects_again",
        "propose": "effects_propose",
        "proposal_edit": "standard_proposals_change",
        "decide": "standard_proposals_decide",
    },
    "improvement_audits": {
        "new": "audits_plan",
        "edit": "audits_change",
        "checklist": "audits_checklist",
        "start": "audits_move",
        "to_report": "audits_move",
        "back": "audits_move",
        "close": "audits_move",
        "point_new": "audits_point_add",
        "point_edit": "audit_points_change",
        "point_remove": "audit_points_remove",
        "answer": "audit_points_answer",
        "finding_new": "audit_points_finding",
        "finding_edit": "audit_findings_change",
        "to_problem": "audit_findings_problem",
        "finding_close": "audit_findings_close",
    },
    "improvement_risks": {
        "new": "launch_plans_begin",
        "edit": "launch_plans_change",
        "approve": "launch_plans_move",
        "launch": "launch_plans_move",
        "back": "launch_plans_move",
        "stop": "launch_plans_move",
        "goal_new": "launch_plans_item",
        "ready_new": "launch_plans_item",
        "item_edit": "launch_items_change",
        "item_do": "launch_items_ready launch_items_remove",
        "risk_new": "launch_plans_risk",
        "risk_edit": "launch_risks_change",
        "risk_do": "launch_risks_done launch_risks_remove",
        "accept": "launch_risks_accept",
    },
    "improvement_lessons": {"edit": "lessons_change", "share": "lessons_share", "useful": "lessons_useful"},
    "reports": {"handbook_make": "handbook_make"},
    "reports_kept": {"new": "reports_make", "again": "reports_compare"},
}

# what only a person in front of a browser does
FOR_BROWSERS_ONLY = {
    "api:tokens": "a token makes no other token",
    "api:revoke": "nor does it take one away",
    "foundation:first_account": "the first account of an installation, by the link that it prints",
    "chats:chats": "asks which chat, and writes nothing",
    "chats:callback": "called by the chat, with its signature",
    "collection:hook": "called by another system, with its signature",
}


def named(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every page with a name within a room, as `room:name`."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif space and not getattr(pattern.callback, "is_api", False):
            yield f"{space}{pattern.name}", pattern


WRITING = {name for name, pattern in named() if "POST" in inspect.getsource(inspect.unwrap(pattern.callback))}


def test_what_a_page_writes_a_program_can_write() -> None:
    covered = {f"{room}:{page}": ops.split() for room, pages in SAME.items() for page, ops in pages.items()}
    assert WRITING - set(covered) - set(FOR_BROWSERS_ONLY) == set()
    assert (set(covered) | set(FOR_BROWSERS_ONLY)) - WRITING == set()
    assert {(page, op) for page, ops in covered.items() for op in ops if op not in OPERATIONS} == set()
