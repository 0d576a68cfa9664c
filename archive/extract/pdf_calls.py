"""PDFium's functions without the checks of their arguments, for what is asked of every word."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any


def unchecked(function: Any) -> Callable[..., int]:
    """The function of `pypdfium2.raw` that gives a number or nothing, at a quarter of the cost.

    `ctypes` converts every argument to its declared type, which takes longer than what PDFium does
    with it. Here nothing is declared and so nothing is checked: the caller passes what `ctypes`
    takes without a declaration, which are numbers for C's `int`, pointers (`ctypes.byref`), and
    handles as PDFium gave them.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)
