"""The one error that a user can mend."""


class YanmenError(Exception):
    """Something the user can put right.

    Everything else that goes wrong is a built-in exception: a bug, or the machine's fault.
    The command line prints the message and the hint and exits with 2; pages show both.
    """

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        """Say what is wrong, where (``file:line`` or a place in a document), and what to do about it."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        """``where: message`` where a place is known."""
        return f"{self.where}: {self.message}" if self.where else self.message
