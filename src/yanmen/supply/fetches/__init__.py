"""What commands take from elsewhere and then run or install, and how far that is pinned or verified."""
