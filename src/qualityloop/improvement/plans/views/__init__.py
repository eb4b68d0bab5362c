"""Pages of plans, tasks, meetings, checkpoints and reviews."""
