"""What was learned from problems that are closed, for others to find; and the register of continuous improvement."""
