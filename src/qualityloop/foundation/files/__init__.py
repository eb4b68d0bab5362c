"""Files of records: kept once by their content, served to who may see the record."""
