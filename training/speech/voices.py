"""The voices, and their speech: espeak-ng (a Debian package, libespeak-ng1) says a sentence, and we hear it at 16 kHz.

    VOICES                             name -> voice of espeak-ng
    RATE                               samples in a second
    speech(text, voice)                float32 samples, about -1 to 1
    speech_and_events(text, voice)     the same, with the words and phonemes that espeak-ng says, and when

One process, one library: espeak-ng keeps its state in globals, so a program that wants more speaks in more processes.
"""

import ctypes
from dataclasses import dataclass

import numpy as np

RATE = 16000

# The ones that pocketsphinx understands best, with male and female, American and British among them.
VOICES = {
    "grace": "en-us+f2",
    "henry": "en-us+edward",
    "ada": "gmw/en+f2",
    "frank": "en-us+m1",
}

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_DONT_EXIT = 0x8000
_CHARACTERS_ARE_UTF8 = 1
_RATE_PARAMETER = 1
_EVENT_END, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):  # espeak_EVENT of speak_lib.h
    _fields_ = [("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user_data", ctypes.c_void_p), ("id", _EventId)]


@dataclass
class Event:
    """A word or a phoneme: kind "word" or "phoneme", when it begins in seconds, and for a phoneme espeak-ng's name of it;
    for a word where it stands in the text (first character from 1, and length)."""
    kind: str
    seconds: float
    phoneme: str = ""
    position: int = 0
    length: int = 0


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_pieces, _events = [], []


def _receive(samples, count, events):
    if samples and count > 0:
        _pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
    at = 0
    while events[at].type != _EVENT_END:
        event = events[at]
        seconds = event.audio_position / 1000
        if event.type == _EVENT_WORD:
            _events.append(Event("word", seconds, position=event.text_position, length=event.length))
        elif event.type == _EVENT_PHONEME:
            _events.append(Event("phoneme", seconds, phoneme=event.id.string.decode("utf-8", "replace")))
        at += 1
    return 0


_receiver = _CALLBACK(_receive)
_library = None


def _espeak():
    global _library
    if _library is None:
        library = ctypes.CDLL("libespeak-ng.so.1")
        rate = library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS | _DONT_EXIT)
        if rate <= 0:
            raise RuntimeError("espeak-ng does not start")
        library.espeak_SetSynthCallback(_receiver)
        library.rate = rate
        _library = library
    return _library


def _resampled(samples, rate):
    """Band limited, by leaving out the frequencies that RATE cannot carry (softly: from 94 % of the limit on)."""
    block = rate // np.gcd(rate, RATE)
    padding = block * 8
    blocks = -(-(len(samples) + 2 * padding) // block)
    padded = np.zeros(blocks * block)
    padded[padding:padding + len(samples)] = samples
    spectrum = np.fft.rfft(padded)
    length = blocks * (RATE // np.gcd(rate, RATE))
    spectrum = spectrum[:length // 2 + 1]
    edge = np.clip((np.arange(len(spectrum)) / (length / 2) - 0.94) / 0.06, 0, 1)
    spectrum *= 0.5 + 0.5 * np.cos(np.pi * edge)
    start = padding // block * (RATE // np.gcd(rate, RATE))
    count = round(len(samples) * RATE / rate)
    return (np.fft.irfft(spectrum, length) * (length / len(padded)))[start:start + count].astype(np.float32)


def speech_and_events(text, voice, words_per_minute=160):
    """float32 samples of the text in the voice (a name in VOICES, or any of espeak-ng's), and the events in it."""
    library = _espeak()
    if library.espeak_SetVoiceByName(VOICES.get(voice, voice).encode()) != 0:
        raise ValueError(f"espeak-ng has no voice {voice}")
    library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
    _pieces.clear()
    _events.clear()
    data = text.encode()
    if library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARACTERS_ARE_UTF8, None, None) != 0:
        raise RuntimeError("espeak-ng does not speak")
    samples = np.concatenate(_pieces) if _pieces else np.zeros(0, np.int16)
    return _resampled(samples / 32768, library.rate), list(_events)


def speech(text, voice, words_per_minute=160):
    """float32 samples of the text in the voice (a name in VOICES, or any of espeak-ng's)."""
    return speech_and_events(text, voice, words_per_minute)[0]
