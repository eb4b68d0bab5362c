"""Early warning: rules that say of a series of numbers, of counts or of arrivals that something has changed."""
