"""What each list shows of one thing: its columns and cells."""
