"""Faults with real processes: a crowd of posts through the local AWS while workers are killed and AWS fails."""
