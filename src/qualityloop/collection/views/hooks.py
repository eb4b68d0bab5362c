"""The address at which other systems hand in what they have, with a secret; nobody else learns anything."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from qualityloop.collection.models import DataSource
from qualityloop.collection.pushing import call_take, signature_fits
from qualityloop.foundation.permissions import public


@csrf_exempt
@public
@require_POST
def hook(request: HttpRequest, number: int) -> JsonResponse:
    """Take a signed call: 202 when it is kept, 401 when the signature does not fit, 422 when it says nothing."""
    source = (
        DataSource.objects.select_related("mapping", "actor").filter(pk=number, kind="webhook", active=True).first()
    )
    if source is None:
        raise Http404
    timestamp = request.headers.get("QualityLoop-Timestamp", "")
    signature = request.headers.get("QualityLoop-Signature", "")
    if not signature_fits(source, timestamp=timestamp, signature=signature, body=request.body):
        return JsonResponse({"code": "signature"}, status=401)
    asked = call_take(source=source, body=request.body)
    if asked.error:
        return JsonResponse({"code": "invalid", "message": asked.error}, status=422)
    return JsonResponse({"code": "known" if asked.known else "taken", "import": asked.run_id}, status=202)
