"""What decodes and encodes: programs for processes of their own (library/apart.py starts them).

Nothing else may import these: they load FFmpeg, and read files that come from outside.
"""
