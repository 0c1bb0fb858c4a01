"""The reference: the API and the live channel described, by the code that checks and makes them."""
