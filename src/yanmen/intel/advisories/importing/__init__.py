"""From what others publish to a feed's table: read within bounds, recognised by content, cut down, put in the old one's place."""
