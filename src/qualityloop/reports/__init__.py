"""Documents that leave the system: one file per document, complete in itself, usable without a server."""
