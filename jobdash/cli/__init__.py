"""The command line: each command reads its words, calls one operation and prints what came of it.

Results go to standard output, everything else to standard error. Importing a command's module is
cheap: what only it needs is imported when it runs.
"""
