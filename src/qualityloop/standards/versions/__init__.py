"""Documents in versions: draft, reviewed, in force from a date, replaced. What was in force never changes."""
