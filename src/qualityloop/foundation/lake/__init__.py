"""The lake of this installation: which rooms publish what (`facts`), bringing it up to date, opening it."""

from qualityloop.foundation.lake.reading import cache_path, current_lake, lake_path, loaded_at

__all__ = ["cache_path", "current_lake", "lake_path", "loaded_at"]
