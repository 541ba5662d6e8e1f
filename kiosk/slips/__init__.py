"""What printed slips say and look like. Pure: data in, pictures out."""
