"""The list: items, order, votes, members, room, history."""
