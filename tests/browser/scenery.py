"""What stands on the pages of the pictures: an invented experiment, marked as a demonstration like all of it."""

import io
import math
from typing import Any

from PIL import Image, ImageDraw

from tests.browser.people import Colleague

TITLE = "Réponse calcique au glutamate, lot CL-14"
FIGURE = "traces_cl14.png"
TABLE = "intensites.csv"
Node = dict[str, Any]


def text(words: str, *marks: str) -> Node:
    """Return words, marked."""
    return {"type": "text", "text": words, **({"marks": [{"type": mark} for mark in marks]} if marks else {})}


def block(kind: str, *content: Node, **attrs: Any) -> Node:
    """Return a node of the published schema."""
    return {"type": kind, **({"attrs": attrs} if attrs else {}), **({"content": list(content)} if content else {})}


def words(line: str) -> Node:
    """Return a paragraph."""
    return block("paragraph", text(line))


def protocol(*, dilution: str = "1:500", witness: Colleague | None = None, figure: bool = False) -> list[Node]:
    """Return the page's blocks; ``figure`` names the picture that is attached to it."""
    mention = [] if witness is None else [block("personMention", person=witness.id, label=witness.someone.display)]
    picture = [block("image", attachment=FIGURE, alt="Six traces de fluorescence ; le pic suit l'ajout de glutamate")]
    return [
        block("heading", text("Protocole"), level=1),
        block(
            "paragraph", text("Charger les cellules avec "), text("Fluo-4 AM", "bold"),
            text(" (4 µM, 30 min, 37 °C), puis rincer deux fois au tampon HEPES. Anticorps anti-NMDA au "),
            text(dilution, "code"), text("."), *([text(" Lu avec "), *mention, text(".")] if mention else []),
        ),
        block(
            "taskList",
            block("taskItem", words("Vérifier l'osmolarité : 305 mOsm"), checked=True),
            block("taskItem", words("Régler le laser à 488 nm, 2 %"), checked=True),
            block("taskItem", words("Acquérir 2 Hz pendant 300 s"), checked=False),
        ),
        block("heading", text("Résultats"), level=1),
        *(picture if figure else []),
        _table(("Puits", "Glutamate", "ΔF/F₀"), ("B2", "10 µM", "0,42"), ("B3", "30 µM", "0,87"), ("B4", "100 µM", "1,31")),
        block("paragraph", text("La réponse suit une loi de Hill ; le témoin à la "), text("phlorizine", "italic"), text(" reste plat.")),
        block("blockMath", latex=r"\frac{\Delta F}{F_0} = \frac{[\mathrm{Glu}]^{n}}{\mathrm{EC}_{50}^{\,n} + [\mathrm{Glu}]^{n}}"),
    ]  # fmt: skip


def _table(head: tuple[str, ...], *rows: tuple[str, ...]) -> Node:
    def row(kind: str, cells: tuple[str, ...]) -> Node:
        return block("tableRow", *(block(kind, words(cell)) for cell in cells))

    return block("table", row("tableHeader", head), *(row("tableCell", cells) for cells in rows))


def traces() -> bytes:
    """Return the figure: six invented traces with a peak after the drop of glutamate (PNG)."""
    scale, width, height = 2, 760, 260
    image = Image.new("RGB", (width * scale, height * scale), "#fbfaf6")
    draw = ImageDraw.Draw(image)
    for step in range(1, 5):
        draw.line(
            [(0, step * height * scale // 5), (width * scale, step * height * scale // 5)], fill="#e7e3d8", width=scale
        )
    draw.line([(200 * scale, 0), (200 * scale, height * scale)], fill="#9a8f7a", width=scale)
    for number, colour in enumerate(("#1f4e79", "#2f6f62", "#8a4b2d", "#6a5a8c", "#3c7d9c", "#7a7a3a")):
        line = [(x * scale, _height(x, number, height) * scale) for x in range(width)]
        draw.line(line, fill=colour, width=2 * scale, joint="curve")
    held = io.BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(held, "PNG", optimize=True)
    return held.getvalue()


def _height(x: int, number: int, height: int) -> float:
    since = x - 200 - 6 * number
    peak = (1 - number * 0.13) * (1 - math.exp(-since / 14)) * math.exp(-since / 190) if since > 0 else 0.0
    ripple = 1.6 * math.sin(x / 5 + number) + 1.1 * math.sin(x / 2.3 + 2 * number)
    return height * 0.86 - peak * height * 0.72 + ripple - number * 3


def measures() -> bytes:
    """Return a table of measures (CSV)."""
    return b"puits,glutamate_um,df_f0\nB2,10,0.42\nB3,30,0.87\nB4,100,1.31\n"
