"""What good service is: indicators, score sheets, process maps, SOPs, SLA policies, the handbook."""
