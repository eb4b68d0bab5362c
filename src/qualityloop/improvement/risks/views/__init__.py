"""Pages of quality plans."""
