"""BCP 47 tags as people write them, and as Google does."""

from collections.abc import Collection
from typing import Final

from stenofleet_worker.errors import UnsupportedLanguage

AUTO: Final = "auto"

_REGIONS: Final = {
    "ar": "ar-EG",
    "bn": "bn-BD",
    "cs": "cs-CZ",
    "da": "da-DK",
    "el": "el-GR",
    "en": "en-US",
    "et": "et-EE",
    "fa": "fa-IR",
    "he": "iw-IL",
    "hi": "hi-IN",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "nb": "no-NO",
    "no": "no-NO",
    "pt": "pt-BR",
    "sl": "sl-SI",
    "sv": "sv-SE",
    "ta": "ta-IN",
    "te": "te-IN",
    "uk": "uk-UA",
    "ur": "ur-PK",
    "vi": "vi-VN",
    "zh": "cmn-Hans-CN",
}
"""The region of a language without one, where it is not the language's own code (de: de-DE)."""

_OWN_NAMES: Final = {
    "zh-cn": "cmn-Hans-CN",
    "zh-hans": "cmn-Hans-CN",
    "zh-hans-cn": "cmn-Hans-CN",
    "zh-sg": "cmn-Hans-CN",
    "zh-tw": "cmn-Hant-TW",
    "zh-hant": "cmn-Hant-TW",
    "zh-hant-tw": "cmn-Hant-TW",
    "zh-hk": "yue-Hant-HK",
    "yue": "yue-Hant-HK",
    "he-il": "iw-IL",
    "nb-no": "no-NO",
}

_UNSPACED: Final = frozenset({"cmn", "zh", "yue", "ja", "th", "lo", "km", "my"})
_SCRIPT: Final = 4
_REGION: Final = 2


def google_code(tag: str, known: Collection[str] = ()) -> str:
    """Google's code for a tag, or ``auto``.

    Args:
        tag: a BCP 47 tag or ``auto``.
        known: the codes of the location; nothing when it did not tell.

    Raises:
        UnsupportedLanguage: the location knows none for it.
    """
    plain = tag.replace("_", "-").lower()
    if plain == AUTO:
        return AUTO
    wanted = _OWN_NAMES.get(plain) or _with_region(plain)
    if not known:
        return wanted
    found = _matching(wanted, known)
    if found is None:
        listed = ", ".join(sorted(each for each in known if each != AUTO))
        raise UnsupportedLanguage(f"language: expected auto or one of {listed}, got {tag!r}")
    return found


def bcp47(code: str) -> str | None:
    """A code of Google's answer in BCP 47's capitals; None for an empty one."""
    first, *rest = code.split("-")
    return "-".join([first.lower(), *map(_cased, rest)]) if first else None


def joiner(code: str) -> str:
    """What stands between two words of a language."""
    return "" if code.partition("-")[0].lower() in _UNSPACED else " "


def _with_region(plain: str) -> str:
    first, _, rest = plain.partition("-")
    if rest:
        return bcp47(plain) or plain
    return _REGIONS.get(first, f"{first}-{first.upper()}" if len(first) == _REGION else first)


def _matching(wanted: str, known: Collection[str]) -> str | None:
    by_lower = {each.lower(): each for each in known}
    if wanted.lower() in by_lower:
        return by_lower[wanted.lower()]
    # Another region of the language is nearer to it than a refusal.
    primary = wanted.partition("-")[0].lower()
    return next((each for each in sorted(known) if each.lower().split("-")[0] == primary), None)


def _cased(part: str) -> str:
    if len(part) == _SCRIPT:
        return part.title()
    return part.upper() if len(part) == _REGION else part
