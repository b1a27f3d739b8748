"""The broker seam, its one implementation, and the embedded broker."""
