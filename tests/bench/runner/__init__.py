"""Runs benchmark programs and writes what they found."""
