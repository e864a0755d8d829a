"""Reading the inputs of a batch: from a file's lines to the calls of a task, checked row by row."""
