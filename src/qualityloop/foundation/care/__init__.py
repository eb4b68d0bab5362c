"""Looking after an installation: backup, restore, and saying what is wrong with it."""
