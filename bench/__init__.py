"""Measurements: run by hand, printed, never asserted in a test."""
