"""QualityLoop (质环): service records in, improvements that have been proven to work out."""

__version__ = "0.1.0"
