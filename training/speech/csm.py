"""A model of the CSM family for training. Parameters carry the names of Hugging Face's CsmForConditionalGeneration.

A row of the backbone is a symbol of the prompt, or a frame, whose input is the sum of the embeddings of its eight codes.
From what the backbone makes of a row comes code 0 of the frame that follows; the depth decoder starts from the same and
gives the other codes, one after another.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.append(str(Path(__file__).parents[1] / "image"))
import workers  # finds training/text  # noqa: F401
import voices
from model import Attention, Layer, Norm, Shape, rotary_table, rotate
from symbols import SYMBOLS

CODEBOOKS, CODES = 8, 512
END = CODES  # the code of the frame that ends speech
VOCABULARY = 576
FRAME_RATE = 25
TEXT_VOCABULARY = -(-(len(SYMBOLS) + len(voices.VOICES)) // 64) * 64
POSITIONS = 512  # rows of the longest utterance
BACKBONE = Shape(384, 1024, 6, 6, 2)
DEPTH = Shape(256, 768, 4, 4, 2)
GUIDED_LAYER = 2  # whose first head learns to look at the symbol that is said next


class MaskedAttention(Attention):
    """Attention where a mask [batch, rows, keys] allows it; also the first head's logarithms of weights, if asked for."""

    def forward(self, x, cos, sin, mask, keys_before=None, guided=False):
        batch, length, _ = x.shape
        heads, groups, size = self.shape.num_attention_heads, self.shape.num_key_value_heads, self.shape.head_dim
        split = lambda y: y.view(batch, length, -1, size).transpose(1, 2)
        q = rotate(split(self.q_proj(x)), cos, sin) * size ** -0.5
        k = rotate(split(self.k_proj(x)), cos, sin)
        v = split(self.v_proj(x))
        if keys_before is not None:
            k, v = keys_before(k, v)
        scores = (q.reshape(batch, groups, -1, size) @ k.transpose(-1, -2)).view(batch, heads, length, -1)
        scores = torch.where(mask[:, None], scores.float(), -1e30)
        weights = scores.softmax(-1).to(x.dtype)
        y = (weights.view(batch, groups, -1, k.shape[2]) @ v).view(batch, heads, length, size)
        y = self.o_proj(y.transpose(1, 2).reshape(batch, length, heads * size))
        return y, scores[:, 0].log_softmax(-1) if guided else None


class MaskedLayer(Layer):
    def __init__(self, shape):
        super().__init__(shape)
        self.self_attn = MaskedAttention(shape)

    def forward(self, x, cos, sin, mask, keys_before=None, guided=False):
        attended, looks = self.self_attn(self.input_layernorm(x), cos, sin, mask, keys_before, guided)
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x)), looks


class Stack(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.layers = nn.ModuleList(MaskedLayer(shape) for _ in range(shape.num_hidden_layers))
        self.norm = Norm(shape)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.data.zero_()  # every layer starts as the identity


class Backbone(Stack):
    def __init__(self):
        super().__init__(BACKBONE)
        self.embed_tokens = nn.Module()
        self.embed_tokens.embed_audio_tokens = nn.Embedding(CODEBOOKS * VOCABULARY, BACKBONE.hidden_size)
        nn.init.normal_(self.embed_tokens.embed_audio_tokens.weight, std=0.05)


class DepthModel(Stack):
    """Its embeddings of codes are the backbone's."""

    def __init__(self):
        super().__init__(DEPTH)
        self.inputs_embeds_projector = nn.Linear(BACKBONE.hidden_size, DEPTH.hidden_size, bias=False)


class DepthDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = DepthModel()
        self.codebooks_head = nn.Module()
        self.codebooks_head.weight = nn.Parameter(torch.randn(CODEBOOKS - 1, DEPTH.hidden_size, VOCABULARY) * 0.02)


class Speaker(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_text_tokens = nn.Embedding(TEXT_VOCABULARY, BACKBONE.hidden_size)
        self.backbone_model = Backbone()
        self.lm_head = nn.Linear(BACKBONE.hidden_size, VOCABULARY, bias=False)
        self.depth_decoder = DepthDecoder()
        nn.init.normal_(self.embed_text_tokens.weight, std=0.1)
        nn.init.normal_(self.lm_head.weight, std=0.02)

    def code_embeddings(self):
        return self.backbone_model.embed_tokens.embed_audio_tokens.weight

    @torch.no_grad()
    def begin_with(self, codebooks):
        """A frame's input is to begin as a linear map of the vector that it stands for, whose numbers all count alike.
        codebooks [8, codes, size]"""
        onto = torch.randn(codebooks.shape[-1], BACKBONE.hidden_size, generator=torch.Generator().manual_seed(1))
        onto /= codebooks[0].std(0).clamp(min=1e-3)[:, None]
        vectors = codebooks.reshape(-1, codebooks.shape[-1])
        scale = 0.2 / (vectors @ onto).view(CODEBOOKS, -1, BACKBONE.hidden_size).square().mean((1, 2)).sum().sqrt()
        table = self.code_embeddings().view(CODEBOOKS, VOCABULARY, -1)
        table[:, :CODES] = (vectors @ onto * scale).view(CODEBOOKS, CODES, -1)

    def embed_frames(self, codes):
        """Codes [..., up to 8], from codebook 0 on -> their embeddings [..., as many, width]."""
        return self.code_embeddings()[codes + torch.arange(codes.shape[-1]) * VOCABULARY]

    def rows(self, tokens, codes):
        """Inputs of the backbone [batch, rows, width], of a token where that is not negative, and of a frame elsewhere."""
        text = self.embed_text_tokens(tokens.clamp(min=0))
        return torch.where((tokens >= 0)[..., None], text, self.embed_frames(codes).sum(-2))

    def backbone(self, x, positions, mask, keys_before=lambda layer: None):
        """What the heads and the depth decoder start from [batch, rows, width], and where the guided head looks
        [batch, rows, keys], as logarithms. `keys_before(layer)` may put keys and values in front."""
        x = x.bfloat16() if torch.is_autocast_enabled("cpu") else x
        cos, sin = (t[positions][:, None].to(x.dtype) for t in rotary_table(BACKBONE, POSITIONS))
        for number, layer in enumerate(self.backbone_model.layers):
            x, seen = layer(x, cos, sin, mask, keys_before(number), number == GUIDED_LAYER)
            looks = seen if seen is not None else None if number == 0 else looks
        return self.backbone_model.norm(x), looks

    def depth_inputs(self, hidden, codes):
        """hidden [frames, width], codes [frames, n] -> [frames, 1 + n, depth width]"""
        return self.depth_decoder.model.inputs_embeds_projector(
            torch.cat([hidden[:, None], self.embed_frames(codes).to(hidden.dtype)], 1))

    def depth(self, hidden, codes):
        """Logits of codes 1 to n + 1 [frames, n + 1, vocabulary] after hidden [frames, width] and codes 0 to n [frames, n + 1]."""
        x = self.depth_inputs(hidden, codes)
        length = x.shape[1]
        cos, sin = (t.to(x.dtype) for t in rotary_table(DEPTH, length))
        mask = torch.ones(length, length, dtype=torch.bool).tril()[None]
        for layer in self.depth_decoder.model.layers:
            x, _ = layer(x, cos, sin, mask)
        x = self.depth_decoder.model.norm(x)[:, 1:]
        return torch.einsum("fnw,nwv->fnv", x, self.depth_decoder.codebooks_head.weight[:length - 1].to(x.dtype))


class Cache:
    """Keys and values of a layer, for generation row by row of many utterances of different lengths."""

    def __init__(self, batch, shape, room):
        self.keys = torch.zeros(batch, shape.num_key_value_heads, room, shape.head_dim)
        self.values = torch.zeros_like(self.keys)

    def put(self, positions):
        def keys_before(k, v):
            index = positions[:, None, :, None].expand_as(k)
            self.keys.scatter_(2, index, k)
            self.values.scatter_(2, index, v)
            return self.keys, self.values
        return keys_before


def drawn(logits, temperature, random):
    """One token of each row of logits. Temperature 0 takes the most probable."""
    logits = logits[..., :END + 1]
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1, generator=random)[..., 0]


@torch.no_grad()
def speak(model, prompts, temperature=0.9, seed=1, most_frames=300):
    """Frames of each prompt (a list of tokens): codes [frames, 8], and whether it came to its end by itself."""
    random = torch.Generator().manual_seed(seed)
    batch, longest = len(prompts), max(map(len, prompts))
    room = longest + most_frames
    caches = [Cache(batch, BACKBONE, room) for _ in range(BACKBONE.num_hidden_layers)]
    lengths = torch.tensor([len(prompt) for prompt in prompts])
    tokens = torch.zeros(batch, longest, dtype=torch.int64)
    for row, prompt in enumerate(prompts):
        tokens[row, :len(prompt)] = torch.as_tensor(prompt)
    positions = torch.arange(longest).expand(batch, -1)
    # What stands behind a shorter prompt is overwritten before anything may look at it.
    x, mask = model.rows(tokens, torch.zeros(batch, longest, CODEBOOKS, dtype=torch.int64)), None
    frames, alive = [], torch.ones(batch, dtype=torch.bool)
    ends = torch.zeros(batch, dtype=torch.int64)
    for number in range(most_frames):
        mask = torch.arange(room)[None, None] <= positions[..., None]
        hidden, _ = model.backbone(x, positions, mask, lambda layer: caches[layer].put(positions))
        hidden = hidden[torch.arange(batch), lengths - 1] if number == 0 else hidden[:, 0]
        codes = drawn(model.lm_head(hidden), temperature, random)[:, None]
        while codes.shape[1] < CODEBOOKS:
            following = drawn(model.depth(hidden, codes)[:, -1], temperature, random)
            codes = torch.cat([codes, following[:, None]], 1)
        alive &= codes[:, 0] != END
        if not alive.any():
            break
        ends[alive] = number + 1
        frames.append(codes.clamp(max=CODES - 1))
        x = model.embed_frames(codes).sum(-2)[:, None]
        positions = (lengths + number)[:, None]
    spoken = torch.stack(frames, 1) if frames else torch.zeros(batch, 0, CODEBOOKS, dtype=torch.int64)
    return [(spoken[row, :ends[row]].numpy(), not alive[row].item()) for row in range(batch)]
