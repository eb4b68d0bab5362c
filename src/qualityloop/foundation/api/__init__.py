"""The REST API's shell: tokens, throttling, pages, errors."""
