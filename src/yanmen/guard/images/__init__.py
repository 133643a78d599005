"""Images in prompts: what is written in them, plainly, faintly or only once they are scaled down. Needs the extra ``images``."""

from __future__ import annotations

from importlib.util import find_spec

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase


def required() -> None:
    """YanmenError where the extra is not installed."""
    if find_spec("rapidocr") is None:
        raise YanmenError(
            Phrase(en="images cannot be read: the extra is missing", zh="无法读取图片：缺少所需的附加组件"),
            hint=Phrase(
                en="Install it with `pip install 'yanmen[images]'`, or set guard.images to false.",
                zh="请运行 `pip install 'yanmen[images]'` 安装，或将 guard.images 设为 false。",
            ),
        )
