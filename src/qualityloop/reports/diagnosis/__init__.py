"""The parts of the diagnosis report, one file per section."""
