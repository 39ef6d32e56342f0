"""What version orders share, and the orders that belong to no single ecosystem."""
