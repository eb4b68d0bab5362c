"""服务时限 (SLA): until when a ticket is to be answered and resolved, by priority, channel and tier, in versions."""
