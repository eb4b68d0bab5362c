"""The way of files into the database: look, map, rehearse, read, deliver, repair."""
