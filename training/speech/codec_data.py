"""Speech for the codec to learn from: made-up sentences of the words of a pronunciation dictionary, in all voices.

    python codec_data.py --work FOLDER [--sentences 2400]
"""

import argparse
import random
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.append(str(Path(__file__).parents[1] / "text"))
import process

import codec_features
import voices
from codec_features import HOP

DICTIONARY = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"  # of Debian's pocketsphinx-en-us: CMUdict, BSD licence
HELD_OUT = 60  # sentences, the last ones
LINKS = """a the this that these those of to in on at by for from with and or but so if as is are was were be has had have can
could will would may must not no all any some my your his her our their he she we they it you I who what when where how why
one two three four five six seven eight nine ten""".split()


def sentences(count, seed=1):
    """English sounds in the order of no language: rare words between common ones, numbers, pauses and questions."""
    chance = random.Random(seed)
    with open(DICTIONARY, encoding="utf-8") as file:
        words = [line.split()[0] for line in file if line[0].isalpha()]
    words = [word for word in words if word.isalpha() and len(word) > 2]
    for _ in range(count):
        sentence = []
        for _ in range(chance.randint(4, 11)):
            if chance.random() < 0.45:
                sentence.append(chance.choice(LINKS))
            sentence.append(str(chance.randint(0, 3000)) if chance.random() < 0.04 else chance.choice(words))
            if chance.random() < 0.08:
                sentence[-1] += chance.choice(",,,;:")
        yield " ".join(sentence).rstrip(",;:").capitalize() + chance.choice("....?!")


def prepare(folder, count):
    """speech.npy: int16 samples of all sentences, whole frames each; features.npy: float16 log-mel and how periodic, a
    row for every HOP samples; pitch.npy: its log2; starts.npy: first sample of each sentence, and the end."""
    names = list(voices.VOICES)
    torch.set_num_threads(1)
    samples, rows, pitch, starts = [], [], [], [0]
    for i, sentence in enumerate(sentences(count)):
        sound = torch.from_numpy(voices.speech(sentence, names[i % len(names)]))
        sound = torch.nn.functional.pad(sound, (0, -len(sound) % (8 * HOP)))
        octave, periodic = codec_features.pitch(sound)
        rows.append(torch.cat([codec_features.log_mel(sound), periodic[:, None]], 1).half().numpy())
        pitch.append(octave.numpy())
        samples.append((sound.numpy() * 32767).clip(-32768, 32767).astype(np.int16))
        starts.append(starts[-1] + len(sound))
        if i % 200 == 199:
            print(i + 1, "sentences,", round(starts[-1] / voices.RATE / 60), "minutes", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "speech.npy", np.concatenate(samples))
    np.save(folder / "features.npy", np.concatenate(rows))
    np.save(folder / "pitch.npy", np.concatenate(pitch))
    np.save(folder / "starts.npy", np.array(starts))


class Speech:
    """Sentences, the held-out ones or all others."""

    def __init__(self, folder, held_out=False):
        self.samples = np.load(folder / "speech.npy", mmap_mode="r")
        self.rows = np.load(folder / "features.npy", mmap_mode="r")
        self.pitch = np.load(folder / "pitch.npy", mmap_mode="r")
        starts = np.load(folder / "starts.npy")
        self.starts = starts[-HELD_OUT - 1:] if held_out else starts[:-HELD_OUT]

    def crop(self, chance, frames):
        """So many frames from somewhere, not only from where a frame begins: samples, features. Short sentences end in
        the one that follows."""
        length = frames * 8 * HOP
        begin = chance.randrange(self.starts[0], self.starts[-1] - length) // HOP * HOP
        return self._part(begin, begin + length)

    def sentence(self, i):
        return self._part(self.starts[i], self.starts[i + 1])

    def _part(self, begin, end):
        samples = torch.from_numpy(self.samples[begin:end].astype(np.float32) / 32767)
        part = slice(begin // HOP, end // HOP)
        rows = self.rows[part].astype(np.float32)
        return samples, torch.from_numpy(np.concatenate([rows[:, :-1], self.pitch[part, None], rows[:, -1:]], 1))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    process.add_work_option(arguments)
    arguments.add_argument("--sentences", type=int, default=2400)
    arguments = arguments.parse_args()
    prepare(arguments.work / "codec", arguments.sentences)
