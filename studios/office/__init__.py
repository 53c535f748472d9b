"""The office's screens of studios, certificates and policy."""
