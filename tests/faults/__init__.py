"""Never lost, never twice: a publication with a fault at every single call that leaves the process."""
