"""Standard operating procedures (SOP) as documents: kind, editor, and who has read which version."""
