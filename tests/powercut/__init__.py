"""Power cuts by replay: what a real producer and pool wrote, cut off anywhere and put together.

app         the tasks
scene       what is recorded: a producer that acknowledges, a pool, checkpoints
recording   running that under strace, and reading the trace
replay      what a disk may hold after a cut
"""
