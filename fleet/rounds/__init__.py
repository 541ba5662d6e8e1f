"""A technician's round: what to carry, where to go first, and what was done there."""
