"""The one that acts: publishes what is to be told to kiosks. Leads by lease; the others wait."""
