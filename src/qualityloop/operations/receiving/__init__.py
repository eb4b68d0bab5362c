"""What the room takes in: tickets with their events, interactions with their messages."""
