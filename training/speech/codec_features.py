"""What the encoder hears: loudness by frequency, without phases, and the pitch; 200 times a second.

Feature m (from 0) stands for the moment 80 (m + 1) samples after the beginning, the end of the m-th interval that the
decoder fills with sound.
"""

import functools

import numpy as np
import torch

from voices import RATE

HOP = 80
BANDS = 80
LOWEST, HIGHEST = 60.0, 500.0  # Hz, of the pitch

_WINDOW = 400       # of the spectrum
_LONG_WINDOW = 800  # of the pitch: three periods of the lowest
_FLOOR = 1e-4


def mel(frequency):
    return 1127 * np.log1p(np.asarray(frequency) / 700)


def hertz(mels):
    return 700 * np.expm1(np.asarray(mels) / 1127)


@functools.cache
def _filters(size):
    """Triangles, evenly spaced by pitch as the ear hears it. [size / 2 + 1, BANDS]"""
    edges = hertz(np.linspace(mel(20), mel(RATE / 2), BANDS + 2))
    frequencies = np.arange(size // 2 + 1) * RATE / size
    rising = (frequencies[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rising, falling))
    return torch.tensor(triangles / np.maximum(triangles.sum(0), 1e-9), dtype=torch.float32)


def _windows(samples, size):
    """The parts of so many samples around the moments of the features. [features, size]"""
    count = len(samples) // HOP
    padded = torch.nn.functional.pad(samples, (size // 2 - HOP, size // 2 + HOP))
    return padded.unfold(0, size, HOP)[:count]


def log_mel(samples):
    """float32 samples, a multiple of HOP -> [features, BANDS], about -1 (silence) to 1."""
    spectrum = torch.fft.rfft(_windows(samples, _WINDOW) * torch.hann_window(_WINDOW), 512).abs() / 100
    return torch.log10(spectrum @ _filters(512) + _FLOOR) / 2 + 1


def pitch(samples):
    """float32 samples, a multiple of HOP -> log2 of the fundamental frequency in Hz [features], unvoiced parts bridged;
    how periodic the sound is, 0 to 1 [features].

    Candidates are the peaks of the autocorrelation, less that of its window (Boersma, "Accurate short-term analysis of
    the fundamental frequency", 1993); the path through them is the most probable one.
    """
    windows = _windows(samples, _LONG_WINDOW)
    windows = windows - windows.mean(1, keepdim=True)
    window = torch.hann_window(_LONG_WINDOW)
    shortest, longest = int(RATE / HIGHEST), int(RATE / LOWEST) + 2
    spectrum = torch.fft.rfft(windows * window, 2048).abs().square()
    own = torch.fft.irfft(torch.fft.rfft(window, 2048).abs().square())[:longest + 1]
    energy = torch.fft.irfft(spectrum)[:, :longest + 1]
    level = energy[:, :1] / own[0]
    correlation = (energy / (energy[:, :1] + own[0] * 1e-7) / (own / own[0])).numpy()

    # The eight highest peaks of each moment, placed between the lags by a parabola.
    middle = correlation[:, shortest:longest]
    before, after = correlation[:, shortest - 1:longest - 1], correlation[:, shortest + 1:longest + 1]
    peak = (middle > before) & (middle >= after)
    height = np.where(peak, middle, 0)
    best = np.argsort(-height, 1)[:, :8]
    take = functools.partial(np.take_along_axis, indices=best, axis=1)
    m, b, a = take(middle), take(before), take(after)
    bend = np.minimum(b - 2 * m + a, -1e-9)
    shift = np.clip((b - a) / (2 * bend), -0.5, 0.5)
    octave = np.log2(RATE / (best + shortest + shift))
    value = np.clip(take(height), 0, 1)
    # Of equally good ones the highest: a sound of some period has also twice that period.
    score = np.where(value > 0, value + 0.02 * (octave - np.log2(LOWEST)), -1)
    track, periodic = _path(octave, value, score)
    # Nobody's voice leaves an octave and a half: what lies outside was an octave's error, or noise.
    usual = np.median(track[periodic > 0]) if (periodic > 0).any() else 0
    track, periodic = _path(octave, value, np.where(np.abs(octave - usual) < 0.75, score, -1))
    periodic *= (level[:, 0].numpy() > 1e-6)
    voiced = np.nonzero(periodic > 0)[0]
    if len(voiced) == 0:
        return torch.full((len(track),), float(np.log2(120))), torch.zeros(len(track))
    track = np.interp(np.arange(len(track)), voiced, track[voiced])
    return torch.tensor(track, dtype=torch.float32), torch.tensor(periodic, dtype=torch.float32)


def _path(octave, value, score, unvoiced=0.5):
    """Viterbi: changes of pitch cost, and so does calling a periodic sound unvoiced."""
    count = len(score)
    states = np.concatenate([score, np.full((count, 1), unvoiced)], 1)
    total, back = states[0].copy(), np.zeros((count, 9), int)
    for i in range(1, count):
        change = np.abs(octave[i][None, :] - octave[i - 1][:, None])
        cost = np.full((9, 9), 0.1)
        cost[:8, :8] = np.minimum(change * 1.5, 1.2)
        cost[8, 8] = 0
        path = total[:, None] - cost
        back[i] = path.argmax(0)
        total = path.max(0) + states[i]
    place = int(total.argmax())
    track, periodic = np.zeros(count), np.zeros(count)
    for i in range(count - 1, -1, -1):
        if place < 8:
            track[i], periodic[i] = octave[i, place], value[i, place]
        place = back[i, place]
    return track, periodic
