"""Makes the lexicon: how espeak-ng says the words of Debian's word lists `wamerican` and `wbritish` (SCOWL's; free use).

    python lexicon.py OUT.txt.gz

symbols.py tells the format. Left out are possessives and initialisms, which the service spells.
"""

import argparse
import ctypes
import gzip
import unicodedata
from pathlib import Path

from symbols import PHONEMES
from voices import _espeak

LISTS = [Path("/usr/share/dict/american-english"), Path("/usr/share/dict/british-english")]
# Names of letters, words said where they are written in capitals, and words that the lists lack.
MORE = """ay bee see dee ee eff jee aitch eye jay kay ell em en oh pee cue are ess tee you vee double ex why zee
missus miz cetera et al org com net edu gogh hmm
nasa nato unesco unicef opec laser radar scuba covid wifi internet website email online blog podcast emoji app apps smartphone
google youtube facebook twitter instagram tiktok wikipedia android iphone bitcoin selfie hashtag ampersand semicolon backslash
slash dot dash plus minus equals underscore percent degrees celsius fahrenheit kilometers kilograms milligrams millimeters
centimeters milliliters megabytes gigabytes terabytes kilobytes megahertz gigahertz kilohertz kilowatts megawatts""".split()
SAID_AS = {"a": "ɐ"}  # alone it would be the letter
# Sounds too rare to be learned, by their nearest.
NEAREST = {"r": "ɹ", "ɬ": "l", "nʲ": "n", "ç": "h", "ˌn̩": "n̩", "ˈɚ": "ˈɜː", "ˈə": "ˈʌ", "ˌə": "ə", "ˈɑ̃": "ˈɑː", "ɑ̃": "ɑː",
           "ɔ̃": "ɔː", "ˈe": "ˈɛ", "e": "ɛ", "o": "oʊ", "ˈo": "ˈoʊ", "ˈiːː": "ˈiː", "ˈɐ": "ˈʌ", "ˈi": "ˈiː", "ˌi": "ˌiː", "ˌɚ": "ˌɜː",
           "ˈᵻ": "ˈɪ", "ˌᵻ": "ˌɪ", "ˈəl": "ˈʌ l", "a": "æ", "ˈa": "ˈæ"}
_IPA, _SEPARATOR, _SEPARATE = 2, "_", 8


def phonemes_of(word, library):
    """Space between two phonemes; None for a word with a sound that no symbol stands for."""
    text = ctypes.c_char_p(word.encode())
    said = library.espeak_TextToPhonemes(ctypes.byref(text), 1, _IPA | ord(_SEPARATOR) << _SEPARATE).decode()
    sounds = said.replace(" ", _SEPARATOR).replace("\N{ZERO WIDTH JOINER}", "").split(_SEPARATOR)
    sounds = " ".join(NEAREST.get(sound, sound) for sound in sounds if sound)
    return sounds if sounds and set(sounds.split(" ")) <= set(PHONEMES) else None


def plain(word):
    folded = unicodedata.normalize("NFD", word)
    return "".join(c for c in folded if not unicodedata.combining(c)).lower()


def words():
    """Every word and how it is written: in small letters rather than as a name, if it is both."""
    listed = [line.strip() for path in LISTS for line in path.read_text().splitlines()]
    listed = [word for word in listed if not word.endswith("'s") and not (len(word) > 1 and word.isupper())]
    return {plain(word): word for word in sorted(listed + MORE, key=lambda word: (word.islower(), word))}


def make_lexicon():
    library = _espeak()
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    assert library.espeak_SetVoiceByName(b"en-us") == 0
    lexicon, left = {}, []
    for word, written in sorted(words().items()):
        phonemes = SAID_AS.get(word) or phonemes_of(written, library)
        if phonemes and set(word) <= set("abcdefghijklmnopqrstuvwxyz'"):
            lexicon[word] = phonemes
        else:
            left.append(written)
    return lexicon, left


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    lexicon, left = make_lexicon()
    data = "".join(f"{word}\t{phonemes}\n" for word, phonemes in lexicon.items()).encode()
    options.out.write_bytes(gzip.compress(data, 9, mtime=0))
    print(len(lexicon), "words,", options.out.stat().st_size, "bytes; left out:", " ".join(left))


if __name__ == "__main__":
    main()
