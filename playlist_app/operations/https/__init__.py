"""HTTPS at home (JAMBOREE_TLS): a local authority, and a program that ends TLS before gunicorn.

`front.py` is that program, `pump.py` carries its bytes, `authority.py` makes the certificates for
what `names.py` finds; `beside.py` starts it; `door.py` is what the app does about it.
"""
