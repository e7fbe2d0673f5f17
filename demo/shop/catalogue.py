"""What the demo shop sells.  Prices are in cents."""

from dataclasses import dataclass

CURRENCY = "EUR"


@dataclass(frozen=True)
class Product:
    id: str
    sku: str
    name: str
    price: int
    short: str
    text: str
    facts: tuple

    @property
    def path(self):
        return f"/product/{self.id}"


PRODUCTS = {p.id: p for p in (
    Product(
        "mug", "LL-101", "Stoneware mug “Harbour”", 1850,
        "Thrown by hand, glazed in sea green.",
        "Heavy enough to stay warm through a long conversation. Each mug is "
        "thrown on the wheel, so no two are quite the same height.",
        ("350 ml", "Dishwasher safe", "Glazed inside and out")),
    Product(
        "towels", "LL-204", "Linen tea towels “Meadow”, set of two", 2400,
        "Stonewashed linen that dries a glass in one go.",
        "Woven from European flax and washed with stones until they are soft "
        "from the first day. One plain, one with a red stripe.",
        ("100 % linen", "50 × 70 cm", "Wash at 60 °C")),
    Product(
        "candle", "LL-310", "Beeswax candle in a tumbler", 1490,
        "Forty hours of quiet light, and the glass stays.",
        "Pure beeswax with a cotton wick. It smells of honey, because that "
        "is what it is made beside. When it is gone, keep the tumbler.",
        ("Burns for about 40 hours", "Pure beeswax", "220 ml glass")),
    Product(
        "board", "LL-425", "Olive wood serving board", 3900,
        "Cut from one piece, oiled three times.",
        "Bread, cheese, a handful of olives: this board has room for all of "
        "them. The grain is different on every one.",
        ("46 × 24 cm", "Oiled with linseed", "Wipe clean")),
    Product(
        "throw", "LL-533", "Wool throw “Ember”", 11900,
        "Lambswool, woven in the Borders.",
        "For the sofa, the porch, and the first cold evening of the year. "
        "Brushed on one side, fringed at both ends.",
        ("100 % lambswool", "130 × 180 cm", "Dry clean")),
    Product(
        "carafe", "LL-648", "Glass carafe with tumbler", 3250,
        "Water on the table, the glass beside it.",
        "Mouth-blown, with a cork collar that keeps the hand warm and the "
        "water cold. The tumbler sits on top at night.",
        ("1 litre", "Mouth-blown glass", "With one tumbler")),
)}


def money(cents):
    """€1,234.50: how people in English read an amount of euros."""
    return f"€{cents // 100:,}.{cents % 100:02d}"
