"""Records that others send us: rows by the REST API, calls of a webhook. Both take the way of files."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.models import DataSource, ImportRun, SourceRun
from qualityloop.collection.polling import bring
from qualityloop.collection.services import import_create, import_map, import_start
from qualityloop.collection.sources.contract import Fetched
from qualityloop.foundation.models import User
from qualityloop.foundation.records.receiving import RECEIVERS
from qualityloop.foundation.webhooks import signing
from qualityloop.foundation.wording import kept

MOST_ROWS = 5_000
TOLERANCE_SECONDS = 300  # between the clocks of a sender and ours; an older call may be a replay
Row = Mapping[str, Any]


def rows_take(*, actor: User, dataset: str, source: str, rows: Sequence[Row], address: str = "") -> ImportRun:
    """Start an import of `rows`, whose columns are those of the data set. AnalysisError for columns it has not."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    contract = DATASETS[dataset]
    known = {column.name: column for column in contract.columns}
    if unknown := [name for name in columns if name not in known]:
        names = ", ".join(sorted(known))
        raise AnalysisError(
            message("{dataset} has no column “{column}”; it has: {names}", dataset=dataset, column=unknown[0][:100],
                    names=names)
        )  # fmt: skip
    name = f"{dataset}.jsonl"
    run = import_create(actor=actor, files=[(name, _lines(rows))], source=source, address=address, look=False)
    rules: dict[str, Any] = {
        name: {"from": name, "true": ["true"], "false": ["false"]} if known[name].type == "boolean" else name
        for name in columns
    }
    table = {"dataset": dataset, "files": [name], "columns": rules}
    text = yaml.safe_dump({"version": 1, "tables": [table]}, allow_unicode=True, sort_keys=False)
    import_map(actor=actor, run=run, text=text, source=source, address=address)
    import_start(actor=actor, run=run, address=address)
    return run


def takes(dataset: str) -> bool:
    """Whether rows of this data set can be sent."""
    return dataset in DATASETS and dataset in RECEIVERS


def signature_fits(source: DataSource, *, timestamp: str, signature: str, body: bytes) -> bool:
    """Whether a call bears the source's secret and is young: HMAC-SHA256 of "timestamp.body", as ours to others."""
    secret = str(source.options.get("secret") or "")
    if not secret or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    wanted = signing.signature(secret, int(timestamp), body)
    return hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))


def call_take(*, source: DataSource, body: bytes) -> SourceRun:
    """Take what a webhook brings: an object, a list of objects, or one object a line. The same body counts once."""
    digest = hashlib.sha256(body).hexdigest()
    asked = SourceRun.objects.create(source=source, at=timezone.now())
    try:
        if source.seen.filter(sha256=digest).exists():
            asked.known = 1
        else:
            content = _lines(_records(body))
            asked.found = 1
            asked.run = bring(source, [(digest, Fetched(f"{digest[:16]}.jsonl", lambda: io.BytesIO(content)))])
    except AnalysisError as error:
        asked.error_json = kept(error.text)
    with transaction.atomic():
        asked.ended_at = timezone.now()
        asked.save()
        source.last_at = asked.at
        if asked.found:
            source.last_news_at, source.alerted_at = asked.at, None
        source.save(update_fields=["last_at", "last_news_at", "alerted_at"])
    return asked


def _records(body: bytes) -> list[Row]:
    try:
        text = body.decode("utf-8-sig")
        try:
            found = json.loads(text)
        except ValueError:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise AnalysisError(message("this is not JSON in UTF-8")) from None
    rows = found if isinstance(found, list) else [found]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise AnalysisError(message("an object or a list of objects is expected"))
    if len(rows) > MOST_ROWS:
        raise AnalysisError(message("more than {count} rows at once are not taken", count=MOST_ROWS))
    return rows


def _lines(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows).encode("utf-8", "replace")
