"""What happens at the screen: pure tables of states and events. No clock, no thread, no device, no pixel."""
