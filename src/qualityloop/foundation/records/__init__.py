"""What every record that came from somewhere has in common: source, key, batch, time of its last change."""
