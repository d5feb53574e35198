"""What happens, durably: the case, its procedures and the steps they are written in."""
