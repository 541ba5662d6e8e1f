"""What is under way and what expires: cases with their steps, permits, citizen manuals."""
