"""The demo: sample tasks, servers for them and a steady load, on a file that is thrown away."""
