"""The record and what is told of it ↔ formats that other programs read."""
