"""What banks send, read into what they say."""
