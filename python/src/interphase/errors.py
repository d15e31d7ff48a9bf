"""What can go wrong, as Python exceptions.

All of them are `InterphaseError`; most are also the built-in exception that fits, so that ``except FileNotFoundError``
works too.
"""

from __future__ import annotations


class InterphaseError(Exception):
    """Something that Interphase cannot do, with the place in the file or document where there is one.

    Attributes
    ----------
    message : str
        What was expected and what was found, for a person.
    file : str or None
        The file or document that the error is about.
    line, column : int or None
        The place in it, counted from 1.
    byte : int or None
        The place in a binary file, counted from 0.
    """

    def __init__(
        self,
        message: str,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        byte: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.byte = byte

    def __str__(self) -> str:
        # Some of the built-in exceptions below would print a tuple.
        return self.message


class ArgumentError(InterphaseError, ValueError):
    """An argument that makes no sense."""


class MissingFileError(InterphaseError, FileNotFoundError):
    """There is no such file, nor a recipe or phase of that name."""


class ReadError(InterphaseError, ValueError):
    """A file that breaks the rules of its format, or of a format that is not known."""


class RecipeError(InterphaseError, ValueError):
    """A recipe, a table or an option that cannot be read: line and column say where."""


class FitError(InterphaseError, ValueError):
    """A model and a spectrum that do not go together, or one that makes no sense."""


class QuantificationError(InterphaseError, ValueError):
    """Fits that cannot be turned into atomic per cent."""


class PatternError(InterphaseError, ValueError):
    """A diffraction pattern that cannot be used."""


class WriteError(InterphaseError, OSError):
    """A file that cannot be written."""


class InternalError(InterphaseError, RuntimeError):
    """A fault of Interphase itself."""


class BatchInterrupted(KeyboardInterrupt):
    """A batch that was stopped by Ctrl-C.

    Attributes
    ----------
    results : FitTable
        The spectra that were fitted until then; the others have the outcome ``"not fitted"``.
    """

    def __init__(self, results: object) -> None:
        super().__init__("the batch was interrupted; what was fitted is in .results")
        self.results = results
