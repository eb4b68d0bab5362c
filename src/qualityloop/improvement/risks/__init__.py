"""Risks before launch: the quality plan of a new service mode, its risk register and the gate before it goes live."""
