"""The office's screens of rounds, applications, stamped forms and decisions."""
