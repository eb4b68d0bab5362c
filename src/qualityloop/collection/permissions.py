"""Who may bring records in: those who answer for the service, for its quality and for the system."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

BRINGING = frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value})
STEERING = frozenset({Role.DIRECTOR.value, Role.ADMIN.value})

IMPORT = permission("collection.import", _("Import records and repair rejected rows"), BRINGING)
IMPORTS_OF_ALL = permission("collection.imports_of_all", _("See and steer the imports of others"), STEERING)
SOURCES = permission("collection.sources", _("Set up data sources"), STEERING)
