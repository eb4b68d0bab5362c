"""Settings, addresses and wiring of the web application."""
