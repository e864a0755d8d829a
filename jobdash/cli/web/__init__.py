"""What `jobdash web` serves: a page, and a dashboard process for each browser that opens it."""
