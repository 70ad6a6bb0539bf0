"""Speech to learn from: sentences, said by espeak-ng, as codes.

    python data.py speak  --work DIR --shards 240        sentences, prompts, and what the codec's encoder hears: 0.28 hours a shard
    python data.py encode --work DIR                     codes of all that is spoken

Shards are files of their number, made of that number alone; what is there is not made again, so both may be ended and
started anew, and the second may run while the first goes on. Shard 0 holds what is held out. `Corpus` reads what there is.

Words are said as espeak-ng says them in their sentence. Prompts have them as the lexicon has them, alone, and SPELLED of
them in letters: the model learns what becomes of them in company.
"""

import argparse
import random
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "image"))
import workers

if __name__ == "__main__":
    workers.settle()

import numpy as np
import torch

import process
import voices
from sentences import Sentences
from symbols import BETWEEN, PAUSES, prompt_of, read_lexicon, vocabulary

CODEC = Path("codec") / "codec.pt"  # in the work folder, as codec_train.py writes it
UTTERANCES = 200  # in a shard
SPELLED = 0.07
FRAME_SECONDS = 0.04
MARKS = {BETWEEN, *PAUSES}


def speak(text, voice):
    """Samples, and the moments at which sounds begin, word by word: [(seconds, place of the word, pause or sound)]."""
    samples, events = voices.speech_and_events(text, voice)
    starts = [i for i, c in enumerate(text) if i == 0 or text[i - 1] == " "]
    word, moments = 0, []
    for event in events:
        if event.kind == "word":
            word = max(word, max(i for i, start in enumerate(starts) if start <= max(event.position - 1, 0)))
        elif event.phoneme:
            moments.append((event.seconds, word, event.phoneme.startswith("_")))
    return samples, moments


def places(symbols, moments, frames):
    """Which symbol is said in each frame: an estimate, since espeak-ng merges words, and sounds of words, as it speaks."""
    words, begin = [], 0  # the span of symbols of each word, its mark the last of them
    for i, symbol in enumerate(symbols):
        if symbol in MARKS:
            words.append((begin, i))
            begin = i + 1
    times, at = [0.0], [0]
    said = sorted({word for _, word, _ in moments})
    for number, word in enumerate(said):
        after = said[number + 1] if number + 1 < len(said) else len(words)
        sounding = [i for w in range(word, min(after, len(words))) for i in range(*words[w])]
        mark = words[min(after, len(words)) - 1][1]
        sounds = [moment for moment in moments if moment[1] == word]
        count = sum(not pause for *_, pause in sounds)
        heard = 0
        for seconds, _, pause in sounds:
            times.append(seconds)
            at.append(mark if pause else sounding[heard * len(sounding) // count])
            heard += not pause
    which = np.searchsorted(times, (np.arange(frames) + 0.5) * FRAME_SECONDS, side="right") - 1
    return np.maximum.accumulate(np.array(at)[which])


def speak_shard(number, lexicon, sentences, tokens, features_of):
    chance = random.Random(f"shard {number}")
    shard = {"tokens": [], "places": [], "features": [], "texts": [], "seconds": []}
    for _ in range(UTTERANCES):
        text, voice = sentences.sentence(chance, number == 0), chance.choice(list(voices.VOICES))
        prompt = prompt_of(voice, text, lexicon, lambda word: chance.random() < SPELLED)
        samples, moments = speak(text, voice)
        heard = features_of(samples)
        frames = -(-len(samples) // int(FRAME_SECONDS * voices.RATE))
        if not moments or len(prompt) + frames > 510:
            continue
        shard["texts"].append(text)
        shard["tokens"].append(np.array([tokens[symbol] for symbol in prompt], np.int16))
        shard["places"].append((1 + places(prompt[1:-1], moments, frames)).astype(np.int16))
        shard["features"].append(heard)
    return shard


def save_lists(path, lists):
    """Lists of arrays, end to end, each with its lengths."""
    flat = {}
    for name, arrays in lists.items():
        if arrays and isinstance(arrays[0], np.ndarray):
            flat[name] = np.concatenate(arrays)
            flat[name + "_lengths"] = np.array([len(a) for a in arrays], np.int32)
        elif arrays:
            flat[name] = np.array(arrays)
    beside = path.with_suffix(".tmp")
    with open(beside, "wb") as file:
        np.savez(file, **flat)
    beside.rename(path)


def lists_of(stored, name):
    return np.split(stored[name], np.cumsum(stored[name + "_lengths"])[:-1])


def run_speak(rank, count, options):
    import codec_features
    from codec import FRAME, features

    def features_of(samples):
        padded = torch.nn.functional.pad(torch.as_tensor(samples), (0, -len(samples) % FRAME))
        return features(codec_features.log_mel(padded), *codec_features.pitch(padded)).numpy().astype(np.float16)

    lexicon = read_lexicon(options.work / "lexicon.txt.gz")
    sentences, tokens = Sentences(lexicon), vocabulary(voices.VOICES)
    folder = options.work / "spoken"
    folder.mkdir(exist_ok=True)
    for number in range(rank, options.shards, count):
        path = folder / f"{number:04d}.npz"
        if not path.exists() and not (options.work / "codes" / path.name).exists():
            save_lists(path, speak_shard(number, lexicon, sentences, tokens, features_of))


@torch.no_grad()
def run_encode(rank, count, options):
    import codec
    model = codec.load(options.work / CODEC)
    folder = options.work / "codes"
    folder.mkdir(exist_ok=True)
    for path in sorted((options.work / "spoken").glob("*.npz"))[rank::count]:
        if (folder / path.name).exists():
            continue
        stored = np.load(path)
        codes = []
        for heard in lists_of(stored, "features"):
            vectors = model.encoder(torch.from_numpy(heard.astype(np.float32))[None])
            codes.append(model.quantizer.encode(vectors)[0].numpy().astype(np.int16))
        save_lists(folder / path.name, {"tokens": lists_of(stored, "tokens"), "places": lists_of(stored, "places"),
                                        "codes": codes, "texts": list(stored["texts"])})


class Corpus:
    """All utterances whose codes are there: tokens of the prompt, codes [frames, 8], and the place in the prompt of what
    each frame says."""

    def __init__(self, work, held_out=False):
        self.tokens, self.codes, self.places = [], [], []
        for path in sorted((work / "codes").glob("*.npz")):
            if (int(path.stem) == 0) != held_out:
                continue
            stored = np.load(path)
            self.tokens += lists_of(stored, "tokens")
            self.codes += lists_of(stored, "codes")
            self.places += lists_of(stored, "places")

    def __len__(self):
        return len(self.tokens)

    def frames(self):
        return sum(len(codes) for codes in self.codes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["speak", "encode"])
    process.add_work_option(parser)
    parser.add_argument("--shards", type=int, default=240)
    options = parser.parse_args()
    workers.run(run_speak if options.what == "speak" else run_encode, options)


if __name__ == "__main__":
    main()
