"""The part of the job view that shows what a job prints, live."""
