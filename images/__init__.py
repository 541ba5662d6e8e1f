"""The recipe of the kiosk's image (``recipe``), and programs that run on a kiosk beside ours (``on_device``)."""
