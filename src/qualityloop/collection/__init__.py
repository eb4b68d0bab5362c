"""How records come in: sources, imports, cleaning, tagging."""
