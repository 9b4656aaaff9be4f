"""Names that a disk, a terminal or another system may not take: of every script, and worse."""

from __future__ import annotations

import re
import unicodedata

SCRIPTS = (
    "Łódź Çınar Ørsted",
    "Ελληνική Εταιρεία",
    "Московский завод",
    "Երևան ՍՊԸ",
    "თბილისი",
    "חברת ישראל",
    "شركة النور",
    "ܐܪܡܝܐ",
    "हिन्दी कंपनी",
    "বাংলা লিমিটেড",
    "தமிழ் நிறுவனம்",
    "తెలుగు",
    "ಕನ್ನಡ",
    "മലയാളം",
    "සිංහල",
    "บริษัท ไทย",
    "ລາວ",
    "မြန်မာ",
    "ភាសាខ្មែរ",
    "བོད་ཡིག",
    "አማርኛ",
    "한국 주식회사",
    "日本株式会社",
    "深圳市有限公司",
    "ᏣᎳᎩ",
    "ᐃᓄᒃᑎᑐᑦ",
)
ODD = (
    "CON",
    "con.",
    "Aux",
    "NUL.txt",
    "COM1",
    "lpt9",
    "Trailing.",
    "Trailing...",
    "Trailing ",
    "  both  ",
    'a/b\\c:d*e?f"g<h>i|j',
    "../../etc/passwd",
    "..",
    ".",
    ".git",
    ".hidden",
    "-rf",
    "--upload-pack=x",
    "~root",
    "$(id)",
    "%PATH%",
    "new\nline",
    "tab\there",
    "nul\0byte",
    "bell\a esc \x1b[31m",
    "🚀🔥",
    "👩‍👩‍👧‍👦 Family",
    "🇳🇴 Norge",
    "e\u0301 Cafe\u0301",
    "Z\u0351\u036b\u0343a\u030a\u0328lgo\u0489",
    "\u202edrow esrever",
    "zero\u200bwidth\ufeff",
    "ﬁne ½ Ⅷ ㈱",
    "İstanbul ıI",
    "straße STRASSE",
    "x" * 254,
    "x" * 255,
    "x" * 256,
    "ä" * 255,
    "漢" * 255,
    "🚀" * 255,
    "𐌰" * 255,
    "a " * 5000,
    "-" * 300,
    "#",
    "null",
    "no",
    "1e3",
    "'",
    '"quoted"',
    "{{ name }}",
    "[[link]]",
    "a: b # c",
)
TWINS = (
    ("Acme Two", "ACME TWO"),
    ("Café Noir", unicodedata.normalize("NFD", "Café Noir")),
    ("Åre", unicodedata.normalize("NFD", "Åre")),
    ("한국", unicodedata.normalize("NFD", "한국")),
    ("Straße", "STRASSE"),
    ("Full Width", "Ｆｕｌｌ Ｗｉｄｔｈ"),
    ("Dot Net", "Dot  Net"),
)
"""Two spellings of one name."""

_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])(\..*)?", re.IGNORECASE)


def refused_by_systems(part: str) -> str:
    """Return why some system takes no file of that name, or an empty text."""
    if len(part.encode()) > 255:
        return "is longer than 255 bytes"
    if _DEVICES.fullmatch(part):
        return "is a device on Windows"
    if part != part.rstrip(". "):
        return "ends with a dot or a blank"
    if part in (".", "..") or part.lower() == ".git" or re.search(r'[\x00-\x1f<>:"/\\|?*]', part):
        return "holds what is no part of a name"
    return ""
