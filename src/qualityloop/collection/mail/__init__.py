"""Mail as it comes: read whatever was sent, find the ticket it belongs to, never answer a machine."""
