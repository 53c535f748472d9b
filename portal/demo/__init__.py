"""The made-up university of the demo: who is there, what the studios hand in, how the rounds went.

Everything is played by the real verbs, so the demo obeys every rule of the product; afterwards the logs are
dated as if the moves had been made on their days. The same seed and day give the same university.
"""
