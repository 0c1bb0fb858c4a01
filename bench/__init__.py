"""The benchmarks: how fast it is, how much memory it takes, and whether the numbers are right.

contents.py lists them; works/ has one file for each; stage/ makes data and starts the real server;
load/ are the clients; report/ makes figures and tables of what was measured.
"""
