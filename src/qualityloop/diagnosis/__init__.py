"""Indicator values, problems and processes, as pages."""
