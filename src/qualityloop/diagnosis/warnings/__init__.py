"""Early warnings: what signals, who takes it, and what came of it."""
