"""Who is who: the fleet's certificate authority."""
