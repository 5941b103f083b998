"""How a service runs. No word of the domain stands in here."""
