"""Files: the same reads as on the screen, without pages."""
