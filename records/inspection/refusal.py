"""What is said of a file that is not taken."""


class Refused(Exception):
    def __init__(self, reason: str, **details):
        super().__init__(reason)
        self.answer = {"refused": reason, **details}
