"""Every key: the one table, what people bind anew, and what was typed ahead."""
