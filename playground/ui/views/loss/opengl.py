"""Whether this machine can show OpenGL pictures: the offscreen platform and some virtual machines cannot."""

from __future__ import annotations

import functools

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

SCREENLESS = ("offscreen", "minimal")


@functools.cache
def opengl_works() -> bool:
    """Tries once to make a context, on the GUI thread; afterwards the answer is known."""
    if QGuiApplication.platformName() in SCREENLESS:
        return False
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    works = surface.isValid() and context.create() and context.makeCurrent(surface)
    if works:
        context.doneCurrent()
    return works
