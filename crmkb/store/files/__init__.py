"""Files on disk: find, read and atomically replace them."""
