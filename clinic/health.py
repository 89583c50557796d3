"""Health checks for whatever supervises the server; they carry no data and need no sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
@login_not_required
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can serve at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and every migration is applied, else 503."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _unavailable(database="unreachable")
    if pending:
        return _unavailable(migrations="pending")
    return JsonResponse({"status": "ok", "database": "ok", "migrations": "ok"})


def _unavailable(**why: str) -> JsonResponse:
    return JsonResponse({"status": "unavailable"} | why, status=503, headers={"Retry-After": "5"})
