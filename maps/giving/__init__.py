"""What a run gives away: for whom each file is, what was added by hand, and which numbers hang together."""
