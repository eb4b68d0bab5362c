"""The pages that every rule of the house is tried on."""

from __future__ import annotations

from urllib.parse import quote

PAGES = {
    "overview": "/",
    "indicators": "/indicators/",
    "indicator": "/indicators/first_response_online/",
    "group": f"/indicators/first_response_online/?g={quote('shift:夜班')}&by=team",
    "rows": "/indicators/first_response_online/rows/?from=2026-10-01&to=2026-10-31",
    "process": "/process/",
    "cases": f"/process/cases/?of=rework&a={quote('解决')}",
    "standards": "/standards/indicators/",
    "new standard": "/standards/indicators/new/",
    "jobs": "/jobs/",
    "notices": "/notices/",
    "notice settings": "/notices/settings/",
    "imports": "/import/",
    "sources": "/sources/",
    "new source": "/sources/new/",
    "account": "/account/",
    "audit": "/audit/",
    "audit filtered": f"/audit/?record={quote('林岚')}&action=account.created",
    "password": "/account/password/",
    "tickets": "/tickets/",
    "register a ticket": "/tickets/new/",
    "interactions": "/interactions/",
    "customers": "/customers/",
    "tiers": "/customer-tiers/",
    "survey responses": "/survey-responses/",
    "complaints": "/complaints/",
    "reviews": "/reviews/",
    "praise": "/praise/",
    "import list": "/imports/",
    "set aside": "/cleaning/",
    "cleaning rules": "/cleaning/rules/",
    "handbook": "/handbook/",
    "reports": "/reports/",
    "new report": "/reports/new/",
    "missing": "/no/such/page/",
}
