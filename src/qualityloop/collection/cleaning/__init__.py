"""Records that should not count: caught by rules, set aside with the evidence, taken back by people."""
