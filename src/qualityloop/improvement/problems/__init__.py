"""Problems: what is to be improved, how grave it is, and where it stands on its way."""
