"""Until when a ticket is to be answered and resolved: computed from its event log, kept beside it, told in time."""
