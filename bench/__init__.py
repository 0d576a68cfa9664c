"""Benchmarks of the real archive on this machine; `bench/README.md` says how to read them."""
