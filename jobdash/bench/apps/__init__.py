"""What the benchmark's own processes run. They find it as top-level modules, in this folder."""
