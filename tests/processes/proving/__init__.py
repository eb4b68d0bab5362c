"""An application that only the tests install: jobs that leave traces."""
