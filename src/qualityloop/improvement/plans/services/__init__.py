"""Writing plans, tasks, meetings, checkpoints and reviews."""
