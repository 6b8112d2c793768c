"""Languages that sessions may be in, by provider."""

from typing import Final

WHISPER: Final = tuple(
    (  # noqa: SIM905 - a list of so many is easier to read, and to compare, as words
        "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha "
        "haw he hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr "
        "ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th "
        "tk tl tr tt uk ur uz vi yi yo zh"
    ).split()
)
"""Codes that Whisper's multilingual models were trained on (its tokenizer's table); a region, as
in ``en-US``, is dropped by the engine."""

AUTO: Final = "auto"


def base_of(language: str) -> str:
    """The language of a BCP 47 tag, without script and region."""
    return language.partition("-")[0].lower()


def knows(languages: tuple[str, ...], language: str) -> bool:
    """Whether ``languages`` has the tag or the tag without its region; ``auto`` is always known."""
    known = {each.lower() for each in languages}
    return language == AUTO or language.lower() in known or base_of(language) in known
