"""Contact smart card readers, and the Thai ID applet on the cards in them."""
