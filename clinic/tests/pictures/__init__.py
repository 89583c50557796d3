"""The pictures of the documentation, all taken by one command: `make screenshots`."""
