"""The harmonic codec: 16 kHz speech as 25 frames a second of 8 codes of 512, and back.

    codec = codec.load(PATH)           a Codec with the weights of a training checkpoint (codec_train.py)
    codec.encode(samples)              float32 samples [n] -> codes, int64 numpy [ceil(n / 640), 8]; sees the whole sound
    codec.decode(codes)                codes [frames, 8] -> float32 samples numpy [640 * frames]; strictly causal
    configuration()                    what config.json of a checkpoint holds as `codec_config`
    tensors(codec)                     what model.safetensors holds: {"codec_model....": tensor}, for decoding alone

A frame's codes are rows of eight codebooks whose sum is a vector (residual vector quantisation). A causal network makes
of the vectors, eight times a frame, the state of a voice: its pitch, how loud harmonics are by frequency, how loud noise
is by frequency. A bank of oscillators and filtered noise, both steered by that state, are the sound ("DDSP:
Differentiable Digital Signal Processing", Engel et al., 2020). So codes say how it sounds and nothing of where in its
period a wave is: that the oscillators carry on by themselves.

The noise is a function of the sample's number: equal codes are equal sound.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import codec_features
from codec_features import HOP, LOWEST, RATE

CODEBOOKS, CODES, CODE_SIZE = 8, 512, 48
CONTROLS = 8                    # a frame
FRAME = CONTROLS * HOP          # samples
WIDTH, LAYERS = 256, 3          # of the network at the rate of frames
CONTROL_WIDTH, CONTROL_LAYERS = 128, 3
KERNEL = 3
ENVELOPE, NOISE = 64, 32        # bands
EPSILON = 1e-5
USUAL_PITCH = 7.2               # log2 of Hz
PITCH_SCALE = 8.0               # how much room the pitch has among the other numbers of a vector


def configuration():
    return {
        "model_type": "harmonic_codec",
        "sampling_rate": RATE,
        "hop_length": HOP,
        "upsampling_ratio": CONTROLS,
        "num_quantizers": CODEBOOKS,
        "codebook_size": CODES,
        "codebook_dim": CODE_SIZE,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "control_hidden_size": CONTROL_WIDTH,
        "num_control_layers": CONTROL_LAYERS,
        "kernel_size": KERNEL,
        "num_envelope_bands": ENVELOPE,
        "num_noise_bands": NOISE,
        "lowest_pitch": LOWEST,
        "norm_eps": EPSILON,
    }


class Block(nn.Module):
    """What is added to a row: a function of it and of the rows beside it (before it, for a causal one). [batch, rows, width]"""

    def __init__(self, width, causal):
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.conv = nn.Conv1d(width, width, KERNEL)
        self.linear = nn.Linear(width, width)
        self.padding = (KERNEL - 1, 0) if causal else (KERNEL // 2, KERNEL // 2)

    def forward(self, x):
        y = F.pad(self.norm(x).transpose(1, 2), self.padding)
        return x + self.linear(F.gelu(self.conv(y)).transpose(1, 2))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Linear(CONTROLS * (codec_features.BANDS + 2), 2 * WIDTH)
        self.enter = nn.Linear(2 * WIDTH, WIDTH)
        self.blocks = nn.ModuleList(Block(WIDTH, causal=False) for _ in range(4))
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.leave = nn.Linear(WIDTH, CODE_SIZE - 2)

    def forward(self, features):
        """[batch, CONTROLS * frames, bands + 2] -> [batch, frames, CODE_SIZE]"""
        batch, moments, _ = features.shape
        x = self.enter(F.gelu(self.patch(features.reshape(batch, moments // CONTROLS, -1))))
        for block in self.blocks:
            x = block(x)
        # Two numbers are the pitch, its mean in the frame and its rise, to be exact whatever the rest has to learn.
        pitch = features[..., -2].reshape(batch, -1, CONTROLS) * PITCH_SCALE
        pitch = torch.stack([pitch.mean(2), pitch @ rise() / rise().square().sum()], 2)
        return torch.cat([pitch, self.leave(self.norm(x))], 2)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(CODE_SIZE, WIDTH)
        self.layers = nn.ModuleList(Block(WIDTH, causal=True) for _ in range(LAYERS))
        self.upsample = nn.Linear(WIDTH, CONTROLS * CONTROL_WIDTH)
        self.control_layers = nn.ModuleList(Block(CONTROL_WIDTH, causal=True) for _ in range(CONTROL_LAYERS))
        self.norm = nn.LayerNorm(CONTROL_WIDTH, eps=EPSILON)
        self.head = nn.Linear(CONTROL_WIDTH, 1 + ENVELOPE + NOISE)
        self.pitch = nn.Linear(CODE_SIZE, CONTROLS)
        with torch.no_grad():
            self.head.weight[0] = 0
            self.head.bias[0] = 0
            self.head.bias[1:] = -6
            self.pitch.weight.zero_()
            self.pitch.weight[:, 0] = 0.5 / PITCH_SCALE
            self.pitch.weight[:, 1] = 0.5 / PITCH_SCALE * rise()
            self.pitch.bias.fill_(USUAL_PITCH - math.log2(LOWEST))

    def forward(self, vectors):
        """[batch, frames, CODE_SIZE] -> octaves above LOWEST [batch, controls], natural logarithms of the amplitudes of
        harmonics [batch, controls, ENVELOPE] and of noise [batch, controls, NOISE] by frequency"""
        pitch = self.pitch(vectors.detach()).flatten(1)
        x = self.enter(vectors)
        for layer in self.layers:
            x = layer(x)
        x = self.upsample(x).reshape(len(x), -1, CONTROL_WIDTH)
        for layer in self.control_layers:
            x = layer(x)
        x = self.norm(x)
        _, envelope, noise = self.head(x).split([1, ENVELOPE, NOISE], 2)
        # The pitch learns from what the layers know, but does not teach them: it would drown all else.
        pitch = pitch + F.linear(x.detach(), self.head.weight[:1], self.head.bias[:1])[..., 0]
        return pitch.clamp(0, 3.5), envelope, noise


def rise():
    """From -1/2 to 1/2 through a frame's controls."""
    return (torch.arange(CONTROLS) + 0.5) / CONTROLS - 0.5


def place(frequency, bands):
    """Where a frequency in Hz lies among so many bands, evenly spaced from 0 Hz to the highest as the ear hears it."""
    return torch.log1p(frequency / 700) * ((bands - 1) / math.log1p(RATE / 2 / 700))


def white(first, count):
    """Noise from -1 to 1 by the sample's number (from 0 on; a hash of it). float32 [count]"""
    x = torch.arange(first, first + count)
    for _ in range(2):
        x = (x ^ (x >> 16)) * 0x45d9f3b & 0xffffffff
    return ((x ^ (x >> 16)).double() / 2 ** 31 - 1).float()


def harmonics(octaves, envelope):
    """The oscillator bank. Controls stand at the ends of intervals of HOP samples; from one to the next pitch and
    amplitudes go in straight lines, from the lowest pitch and silence on.

    octaves above LOWEST [batch, controls]; envelope [batch, controls, ENVELOPE] -> [batch, HOP * controls]
    """
    batch, controls = octaves.shape
    octaves = octaves.detach()
    pitch = LOWEST * torch.exp2(octaves.double())                                           # Hz
    before = F.pad(pitch[:, :-1], (1, 0), value=LOWEST)
    ramp = torch.arange(1, HOP + 1) / HOP
    frequency = before[..., None] + (pitch - before)[..., None] * ramp                      # [batch, controls, HOP]
    phase = (frequency.reshape(batch, -1) / RATE).cumsum(1).frac().float().reshape(batch, controls, HOP)
    number = torch.arange(1, int(RATE / 2 / pitch.min()) + 1)
    waves = torch.sin(2 * torch.pi * (phase[..., None] * number).frac())                   # [batch, controls, HOP, n]

    at = pitch.float()[..., None] * number                                                       # Hz
    where = place(at, ENVELOPE).clamp(max=ENVELOPE - 1.001)
    low = where.long()
    part = where - low
    level = envelope.gather(2, low) * (1 - part) + envelope.gather(2, low + 1) * part
    amplitude = torch.exp(level) * ((RATE / 2 - at) / 200).clamp(0, 1)                      # none beyond half the rate
    old = F.pad(amplitude[:, :-1], (0, 0, 1, 0))
    both = (waves @ torch.stack([old, amplitude], 3))                                       # [batch, controls, HOP, 2]
    return (both[..., 0] * (1 - ramp) + both[..., 1] * ramp).reshape(batch, -1)


def noise(levels, first):
    """White noise, filtered. Every control shapes the noise of the interval before and the one after it, a window of
    2 HOP samples; windows overlap and add up to one.

    levels [batch, controls, NOISE]; first sample's number -> [batch, HOP * controls]
    """
    batch, controls, _ = levels.shape
    size = 2 * HOP
    window = torch.sin(torch.pi * (torch.arange(size) + 0.5) / size)
    where = place(torch.arange(HOP + 1) * (RATE / size), NOISE).clamp(max=NOISE - 1.001)
    level = levels @ (1 - (torch.arange(NOISE)[:, None] - where).abs()).clamp(min=0)        # [batch, controls, HOP + 1]
    grains = white(first, HOP * (controls + 1)).unfold(0, size, HOP) * window
    grains = torch.fft.irfft(torch.fft.rfft(grains) * torch.exp(level), size) * window      # [batch, controls, size]
    late = F.pad(grains[:, :-1, HOP:], (0, 0, 1, 0))
    return (grains[:, :, :HOP] + late).reshape(batch, -1)


def sound(octaves, envelope, levels, first=0):
    return harmonics(octaves, envelope) + noise(levels, first)


class Quantizer(nn.Module):
    """Residual vector quantisation: every codebook says what those before it left unsaid. Codebooks learn as running
    means of what chooses them; rows that nothing chooses begin anew at something that was badly said."""

    def __init__(self):
        super().__init__()
        self.register_buffer("codebooks", torch.zeros(CODEBOOKS, CODES, CODE_SIZE))
        self.register_buffer("counts", torch.ones(CODEBOOKS, CODES))
        self.register_buffer("sums", torch.zeros(CODEBOOKS, CODES, CODE_SIZE))

    def nearest(self, vectors, codebook):
        rows = self.codebooks[codebook]
        return (vectors @ rows.T - rows.square().sum(1) / 2).argmax(-1)

    def encode(self, vectors):
        """[..., CODE_SIZE] -> codes [..., CODEBOOKS]"""
        codes, rest = [], vectors
        for codebook in range(CODEBOOKS):
            chosen = self.nearest(rest, codebook)
            codes.append(chosen)
            rest = rest - self.codebooks[codebook][chosen]
        return torch.stack(codes, -1)

    def decode(self, codes):
        return sum(self.codebooks[i][codes[..., i]] for i in range(CODEBOOKS))


class Codec(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.quantizer = Quantizer()
        self.decoder = Decoder()

    @torch.no_grad()
    def encode(self, samples):
        samples = torch.as_tensor(np.asarray(samples), dtype=torch.float32)
        samples = F.pad(samples, (0, -len(samples) % FRAME))
        if len(samples) == 0:
            return np.zeros((0, CODEBOOKS), np.int64)
        vectors = self.encoder(features(codec_features.log_mel(samples), *codec_features.pitch(samples))[None])
        return self.quantizer.encode(vectors)[0].numpy()

    @torch.no_grad()
    def decode(self, codes):
        codes = torch.as_tensor(np.asarray(codes))
        return sound(*self.decoder(self.quantizer.decode(codes[None])))[0].numpy()


def features(mel, octave, periodic):
    """What the encoder reads of codec_features.log_mel and pitch. [..., moments, bands + 2]"""
    return torch.cat([mel, (octave[..., None] - USUAL_PITCH) * 2, periodic[..., None] * 2 - 1], -1)


def load(path):
    codec = Codec()
    codec.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["codec"])
    return codec.eval()


def tensors(codec):
    parts = {"quantizer.codebooks": codec.quantizer.codebooks}
    parts |= {f"decoder.{name}": value for name, value in codec.decoder.state_dict().items()}
    return {f"codec_model.{name}": value.detach().to(torch.bfloat16).contiguous() for name, value in parts.items()}
