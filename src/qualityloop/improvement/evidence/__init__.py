"""Evidence on anything of this room: numbers, rows, records, files, remarks."""
