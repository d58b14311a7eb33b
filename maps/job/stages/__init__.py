"""The stages of a run, one file each: a job in, the same job with more in it out."""
