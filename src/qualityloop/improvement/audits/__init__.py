"""Audits: whether the service process is carried out as the standards in force say."""
