"""What was shown to be paid, what the bank says was paid, and whether the two agree."""
