"""An inventory as it would be after a change: what is dropped, raised, or no longer brought by a line."""
