"""Improvement plans: measures with predictions, tasks, meetings, checkpoints, reviews of what missed."""
