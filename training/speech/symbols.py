"""What the speech model reads: symbols for sounds, letters and pauses, each a token of its own.

Text comes in normalised: lower-case words of a-z and apostrophes, a space between two words, and the marks , ; . ? !
each right behind a word. (The service makes that of any English text; `io.triptych.speech.text` says how.) Then

    prompt      [voice] symbols [speak]                      the frames of speech follow
    symbols     of the words, with | between two words, or the mark in its place, and a mark at the end
    word        its phonemes, if the lexicon has the word; the possessive of such a word likewise;
                else its letters, as capitals, and '

    the cat's toy, zorb.  ->  ð ə | k ˈæ t s | t ˈɔɪ , Z O R B .

Phonemes are espeak-ng's IPA of American English, one symbol each, a vowel with its stress mark in front. Marks are pauses:
, short, ; longer (colons too), and . ? ! end a sentence. A piece of a sentence that was cut ends with a comma.

A lexicon is a gzip of UTF-8 lines, word TAB phonemes with a space between two, sorted by word.

Tokens: [pad], [speak], the marks, ' and capitals, phonemes, and the voices last, so that a new voice moves no other token.
"""

import gzip
import re

from tokenizers import AddedToken, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

PAD, SPEAK, BETWEEN = "[pad]", "[speak]", "|"
PAUSES = [",", ";", ".", "?", "!"]
LETTERS = ["'"] + [chr(c) for c in range(ord("A"), ord("Z") + 1)]
CONSONANTS = "p b t d k ɡ tʃ dʒ f v θ ð s z ʃ ʒ h m n ŋ l ɹ j w ɾ ʔ n̩ x".split()
UNSTRESSED = "ə ɚ ᵻ ɐ əl i".split()
VOWELS = "iː ɪ eɪ ɛ æ ɑː ɔː ɔ oʊ oː ʊ uː ʌ ɜː aɪ aʊ ɔɪ iə aɪɚ aɪə ɑːɹ ɔːɹ oːɹ ɛɹ ɪɹ ʊɹ".split()
PHONEMES = CONSONANTS + UNSTRESSED + [stress + vowel for vowel in VOWELS for stress in ("", "ˌ", "ˈ")]
SYMBOLS = [PAD, SPEAK, BETWEEN] + PAUSES + LETTERS + PHONEMES

VOICELESS = {"p", "t", "k", "f", "θ"}
HISSING = {"s", "z", "ʃ", "ʒ", "tʃ", "dʒ"}


def voice_symbol(voice):
    return f"[{voice}]"


def read_lexicon(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {word: phonemes.split(" ") for word, phonemes in (line.rstrip("\n").split("\t") for line in lines)}


def word_symbols(word, lexicon):
    if word in lexicon:
        return lexicon[word]
    if word.endswith("'s") and word[:-2] in lexicon:
        phonemes = lexicon[word[:-2]]
        return phonemes + (["ᵻ", "z"] if phonemes[-1] in HISSING else ["s"] if phonemes[-1] in VOICELESS else ["z"])
    return list(word.upper())


def symbols_of(text, lexicon, spell=lambda word: False):
    """The symbols of normalised text. Words that `spell` tells are given in letters although the lexicon has them."""
    symbols = []
    for word, mark in re.findall(r"([a-z']+)([,;.?!]?)", text):
        symbols += list(word.upper()) if spell(word) else word_symbols(word, lexicon)
        symbols.append(mark or BETWEEN)
    if symbols and symbols[-1] == BETWEEN:
        symbols[-1] = ","
    return symbols


def prompt_of(voice, text, lexicon, spell=lambda word: False):
    """All symbols of the prompt."""
    return [voice_symbol(voice)] + symbols_of(text, lexicon, spell) + [SPEAK]


def vocabulary(voices):
    return {symbol: token for token, symbol in enumerate(SYMBOLS + [voice_symbol(voice) for voice in voices])}


def make_tokenizer(voices):
    """Hugging Face's tokenizer of symbols with white space between them."""
    tokenizer = Tokenizer(WordLevel(vocabulary(voices), unk_token=PAD))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False)
                                  for s in [PAD, SPEAK] + [voice_symbol(voice) for voice in voices]])
    return tokenizer
