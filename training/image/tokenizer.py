"""The tokenizer: byte-level BPE in which every word of the captions is one token, and any other text is bytes."""

import random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from captions import caption_of, draw_scene
from layout import BOS, SPECIAL_TOKENS, VOCABULARY


def make_tokenizer():
    chance = random.Random(1)
    captions = []
    for _ in range(5000):
        captions.append(caption_of(chance, draw_scene(chance)))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(captions, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL_TOKENS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{SPECIAL_TOKENS[BOS]} $A", pair=f"{SPECIAL_TOKENS[BOS]} $A $B", special_tokens=[(SPECIAL_TOKENS[BOS], BOS)])
    assert tokenizer.get_vocab_size() <= VOCABULARY
    return tokenizer
