"""From a problem to an improvement that has been proven: problems, evidence, causes, plans, effects, audits, risks."""
