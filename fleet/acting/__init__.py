"""What an account sees and does, the same for pages and for other programs."""
