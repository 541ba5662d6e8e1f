"""Other people's systems: ports, their stand-ins, and how well each answers."""
