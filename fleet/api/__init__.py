"""HTTP for machines: the kiosks' interface, and the pretend bank's."""
