"""评估基准表: the indicators of a department with baseline, target and warning value, kept in versions."""
