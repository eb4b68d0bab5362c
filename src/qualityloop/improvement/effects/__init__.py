"""Did it work, what becomes the standard of it: evaluations of what plans predicted, proposals for standards."""
