"""The part of a Janus model that draws pictures, for training and sampling. Parameters carry the names that they have
inside transformers' JanusModel."""

import torch
import torch.nn.functional as F
from torch import nn

import workers  # finds training/text  # noqa: F401
from layout import CODES, EMBEDDING, VOCABULARY, WIDTH
from model import Layer, Norm, Shape, rotary_table

SHAPE = Shape(WIDTH, 1024, 6, 6, 2, vocab_size=VOCABULARY)


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.layers = nn.ModuleList(Layer(SHAPE) for _ in range(SHAPE.num_hidden_layers))
        self.norm = Norm(SHAPE)


class Aligner(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(EMBEDDING, WIDTH)
        self.hidden_layers = nn.ModuleList([nn.Linear(WIDTH, WIDTH)])

    def forward(self, x):
        return self.hidden_layers[0](F.gelu(self.fc1(x)))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj_out = nn.Linear(WIDTH, WIDTH)
        self.vision_head = nn.Linear(WIDTH, CODES)

    def forward(self, x):
        return self.vision_head(F.gelu(self.proj_out(x)))


class Painter(nn.Module):
    def __init__(self):
        super().__init__()
        self.language_model = LanguageModel()
        self.generation_embeddings = nn.Embedding(CODES, EMBEDDING)
        self.generation_aligner = Aligner()
        self.generation_head = Head()
        for name, parameter in self.language_model.named_parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.data.zero_()  # every layer starts as the identity
        nn.init.normal_(self.language_model.embed_tokens.weight, std=0.1)
        nn.init.normal_(self.generation_aligner.hidden_layers[0].weight, std=0.02)
        nn.init.normal_(self.generation_head.vision_head.weight, std=0.02)

    def table(self):
        """Rows that go into the decoder: codes first, text tokens after them."""
        return torch.cat([self.generation_aligner(self.generation_embeddings.weight), self.language_model.embed_tokens.weight])

    def forward(self, tokens, positions):
        """Logits [rows, positions, codes] at the positions [rows, positions] of tokens [rows, length], where code c is c
        and text token t is CODES + t."""
        x = F.embedding(tokens, self.table())
        if torch.is_autocast_enabled("cpu"):
            x = x.bfloat16()
        cos, sin = (t.to(x.dtype) for t in rotary_table(SHAPE, tokens.shape[1]))
        for layer in self.language_model.layers:
            x = layer(x, cos, sin)
        x = torch.gather(x, 1, positions[..., None].expand(-1, -1, WIDTH))
        return self.generation_head(self.language_model.norm(x))
