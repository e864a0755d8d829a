"""One job, opened: its facts, attempts, arguments, story, logs and family."""
