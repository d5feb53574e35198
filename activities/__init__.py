"""What touches the outside, one file per partner kind, over the ports of `domain`."""
