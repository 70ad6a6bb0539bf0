"""Measures the model: bits per code, and how well pocketsphinx (a Debian package) understands what it says.

    python evaluate.py bits  --work DIR                                  bits of each codebook, of the held-out shard
    python evaluate.py words --work DIR --out FOLDER [--temperature 0.9] [--sentences 100]

`words` has the held-out sentences of heldout.tsv said by espeak-ng itself (source), through the codec (codec) and by the model
(system), by the voices in turn, writes the sounds into the folder, and counts the words that the recogniser gets wrong, against what the
service's normaliser made of the sentence. It also tells how many utterances did not end by themselves, and how their
lengths compare with the source's.
"""

import argparse
import json
import math
import re
import subprocess
import wave
from pathlib import Path

import csm
import workers
import process

import numpy as np
import torch

import codec
import voices
from csm import FRAME_RATE, speak
from data import CODEC, Corpus
from sentences import HELD_OUT_FILE, LETTERS
from symbols import prompt_of, read_lexicon, vocabulary
from target import Packer, depth_frames, load_speaker, losses

MODEL = Path("/usr/share/pocketsphinx/model/en-us")
# Words that sound alike, as the recogniser may spell them.
ALIKE = {"okay": "ok", "mr": "mister", "mrs": "missus", "dr": "doctor", "eff": "ef", "st": "saint", "colour": "color"}
ALIKE |= {"pm": "pee em", "am": "ay em"}
ALIKE |= {chr(ord("a") + i): name for i, name in enumerate(LETTERS) if "_" not in name and chr(ord("a") + i) not in "ai"}


def words_of(text):
    """What is compared: words without marks, of those that sound alike one."""
    words = re.sub(r"\([^)]*\)|<[^>]*>|\[[^]]*\]", " ", text.lower()).replace(".", " ")
    return [one for word in re.findall(r"[a-z']+", words) for one in ALIKE.get(word, word).split(" ")]


def errors(said, heard):
    """The least insertions, deletions and replacements that make one list of words the other."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said):
        before, row = row, [i + 1]
        for j, other in enumerate(heard):
            row.append(min(before[j] + (word != other), before[j + 1] + 1, row[j] + 1))
    return row[-1]


def recognise(folder, names):
    """What pocketsphinx hears in FOLDER/NAME.wav, each as a whole."""
    (folder / "names").write_text("".join(name + "\n" for name in names))
    subprocess.run(["pocketsphinx_batch", "-adcin", "yes", "-cepdir", folder, "-cepext", ".wav", "-adchdr", "44", "-ctl", folder / "names",
                    "-hmm", MODEL / "en-us", "-lm", MODEL / "en-us.lm.bin", "-dict", MODEL / "cmudict-en-us.dict", "-hyp", folder / "heard"],
                   check=True, capture_output=True)
    return [re.sub(r"\s*\([^()]*\)$", "", line) for line in (folder / "heard").read_text().splitlines()]


def write_sound(path, samples):
    quiet = np.zeros(voices.RATE // 5)  # the recogniser likes to hear a sentence begin and end
    samples = np.concatenate([quiet, samples, quiet])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(voices.RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def word_errors(options):
    lexicon, tokens = read_lexicon(options.work / "lexicon.txt.gz"), vocabulary(voices.VOICES)
    model, sound = load_speaker(options.work), codec.load(options.work / CODEC)
    sentences = [line.split("\t")[1] for line in HELD_OUT_FILE.read_text().splitlines()][:options.sentences]
    of_voice = [list(voices.VOICES)[i % len(voices.VOICES)] for i in range(len(sentences))]
    prompts = [[tokens[symbol] for symbol in prompt_of(voice, text, lexicon)] for voice, text in zip(of_voice, sentences)]
    source = [voices.speech(text, voice) for voice, text in zip(of_voice, sentences)]
    spoken, ended = [], []
    for at in range(0, len(prompts), 25):
        for codes, by_itself in speak(model, prompts[at:at + 25], options.temperature, seed=at):
            spoken.append(codes)
            ended.append(by_itself)
    ways = {"source": source, "codec": [sound.decode(sound.encode(samples)) for samples in source],
            "system": [sound.decode(codes) for codes in spoken]}
    result = {"runaways": ended.count(False), "longer than source": round(float(np.median(
        [len(codes) / FRAME_RATE / (len(samples) / voices.RATE) for codes, samples in zip(spoken, source)])), 3)}
    for way, sounds in ways.items():
        folder = options.out / way
        folder.mkdir(parents=True, exist_ok=True)
        names = [f"{number:03d}-{voice}" for number, voice in enumerate(of_voice)]
        for name, samples in zip(names, sounds):
            write_sound(folder / f"{name}.wav", samples)
        said = [words_of(text) for text in sentences]
        wrong = [errors(a, words_of(b)) for a, b in zip(said, recognise(folder, names), strict=True)]
        result[f"word error rate, {way}"] = round(100 * sum(wrong) / sum(map(len, said)), 1)
        for voice in voices.VOICES:
            mine = [i for i, other in enumerate(of_voice) if other == voice]
            result[f"{way}, {voice}"] = round(100 * sum(wrong[i] for i in mine) / max(1, sum(len(said[i]) for i in mine)), 1)
    print(json.dumps(result, indent=1))


@torch.no_grad()
def bits(options):
    model, source = load_speaker(options.work), Packer(Corpus(options.work, held_out=True), 512, "bits")
    chance, all_bits = torch.Generator().manual_seed(1), []
    for _ in range(4):
        batch = source.batch()
        first, others, _ = losses(model, *batch, depth_frames(batch[2], chance))
        all_bits.append(torch.cat([first[None], others]) / math.log(2))
    by_codebook = torch.stack(all_bits).mean(0)
    print(json.dumps({"bits of a frame": round(by_codebook.sum().item(), 2), "by codebook": [round(b, 2) for b in by_codebook.tolist()]}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["bits", "words"])
    process.add_work_option(parser)
    parser.add_argument("--out", type=Path, help="folder for sounds")
    parser.add_argument("--temperature", type=float, default=0.9)
    parser.add_argument("--sentences", type=int, default=100)
    options = parser.parse_args()
    torch.set_num_threads(2)
    bits(options) if options.what == "bits" else word_errors(options)


if __name__ == "__main__":
    main()
