"""Paper folders: where each is, who has it, and the labels on them."""
