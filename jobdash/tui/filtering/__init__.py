"""The lines in which people type what to look for: completed, checked, remembered."""
