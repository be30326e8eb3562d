"""Which pages and documents are there? One file per resource, its template beside it."""
