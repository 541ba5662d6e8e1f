"""What can be typed after ``fleet``, a module a group."""
