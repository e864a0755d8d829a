"""A task's parameters as a form asks for them, and what was typed turned into arguments."""
