"""Where it comes back: repeat places, near repeats, premises."""
