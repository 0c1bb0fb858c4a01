"""Who may do what: every door of the app, every person, one table.

`persons.py` has the people and how a row says what each of them gets; `house.py` what there is that
they ask for; the modules of `table` have the rows, a module a slice. A new endpoint needs a row
there, a new event one in `table/events.py`: `test_matrix.py` and `test_receivers.py` say so.
"""
