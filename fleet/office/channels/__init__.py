"""What people bring: registrations, complaints and questions, and the named owner of each channel."""
