"""The places on the digits, and the view of one job."""
