"""What to do about findings: one list of actions, ranked by what each really clears. Pure."""
