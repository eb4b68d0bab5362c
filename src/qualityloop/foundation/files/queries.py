"""Finding a file for whoever asks."""

from __future__ import annotations

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import PURPOSES
from qualityloop.foundation.models import User


def file_for(user: User, number: int) -> StoredFile | None:
    """A file that `user` may see, as the purpose that it is kept for says."""
    stored = StoredFile.objects.filter(pk=number).first()
    purpose = PURPOSES.get(stored.purpose) if stored else None
    return stored if stored is not None and purpose is not None and purpose.allows(user, stored) else None
