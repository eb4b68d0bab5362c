"""The core: tables in, tables out. No Django, no global state, no clock and no random seed of its own."""
