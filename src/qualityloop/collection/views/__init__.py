"""Pages: imports, one import from mapping to result, its rejected rows, data sources."""
