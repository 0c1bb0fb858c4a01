"""Tests of the reference of the API and the live channel."""
