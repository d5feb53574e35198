"""How cases begin: doors, inbox, dispatcher, quarantine."""
