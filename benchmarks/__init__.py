"""Every speed we claim, side by side with the peer: ``make bench``."""
