"""Measures the codec on sentences that it never heard.

    python codec_evaluate.py --work FOLDER [--checkpoint FILE] [--out FOLDER]

Prints the spectral loss of training, how far log-mel spectra are apart (decibels), errors of the pitch and of voicing as the
tracker hears them in the resynthesis, and of each codebook how many codes are used and the bits of their distribution.
Into the folder go a few sentences before and after, and their spectrograms.
"""

import argparse
import wave
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import codec as codec_module
import codec_data
import codec_features
import process
from codec_train import spectral_loss


def save(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(codec_module.RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def spectrogram(samples):
    """uint8 picture, 80 decibels from black to white, high frequencies above."""
    window = torch.hann_window(512)
    level = torch.stft(samples, 512, 64, window=window, return_complex=True).abs().clamp(min=1e-5).log10() * 20
    return ((level - level.max() + 80) / 80 * 255).clamp(0, 255).byte().flip(0).numpy()


def main(work, checkpoint, out):
    torch.set_num_threads(1)
    codec = codec_module.load(checkpoint or work / "codec" / "codec.pt")
    speech = codec_data.Speech(work / "codec", held_out=True)
    figures, spoken = [], []
    for i in range(len(speech.starts) - 1):
        samples, rows = speech.sentence(i)
        codes = codec.encode(samples)
        spoken.append(codes)
        ours = torch.from_numpy(codec.decode(codes))
        octave, periodic = codec_features.pitch(ours)
        voiced = (rows[:, -1] > 0) & (periodic > 0)
        cents = 1200 * (octave - rows[:, -2])[voiced].abs()
        mel = 40 * (codec_features.log_mel(ours) - rows[:, :-2]).abs().mean()  # log_mel is log10 / 2
        figures.append([spectral_loss(ours, samples).item(), mel.item(), cents.median().item(),
                        (cents > 50).float().mean().item(), ((rows[:, -1] > 0) != (periodic > 0)).float().mean().item()])
        if out and i < 8:
            out.mkdir(parents=True, exist_ok=True)
            save(out / f"{i}-source.wav", samples.numpy())
            save(out / f"{i}-codec.wav", ours.numpy())
            Image.fromarray(np.concatenate([spectrogram(samples), spectrogram(ours)])).save(out / f"{i}.png")
    names = "spectral loss", "mel dB", "median cents", "beyond 50 cents", "voicing differs"
    print(", ".join(f"{name} {value:.4f}" for name, value in zip(names, np.mean(figures, 0))))
    spoken = np.concatenate(spoken)
    for book in range(codec_module.CODEBOOKS):
        share = np.bincount(spoken[:, book], minlength=codec_module.CODES) / len(spoken)
        bits = -(share[share > 0] * np.log2(share[share > 0])).sum()
        print(f"codebook {book}: {np.count_nonzero(share)} codes in {len(spoken)} frames, {bits:.2f} bits")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    process.add_work_option(parser)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--out", type=Path)
    main(**vars(parser.parse_args()))
