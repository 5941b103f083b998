"""What the services say to one another: events, their schemas, and who listens to what. No I/O, no rules."""
