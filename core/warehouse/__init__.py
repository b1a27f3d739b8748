"""The warehouse seam and its implementations."""
