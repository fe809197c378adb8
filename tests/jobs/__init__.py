"""Work carried by a real broker and worker."""
