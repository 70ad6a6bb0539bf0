"""The shape of the whole checkpoint, as transformers' JanusConfig, and the special tokens."""

from transformers import JanusConfig, JanusVisionConfig, JanusVQVAEConfig, LlamaConfig

BOS, EOS, PAD, BOI, EOI, IMAGE = range(6)
SPECIAL_TOKENS = ["<begin_of_sentence>", "<end_of_sentence>", "<pad>", "<begin_of_image>", "<end_of_image>",
                  "<image_placeholder>"]
VOCABULARY = 512
SIDE, GRID = 128, 16
TOKENS = GRID * GRID
CODES, EMBEDDING = 1024, 8
WIDTH = 384
VQ = {"embed_dim": EMBEDDING, "num_embeddings": CODES, "latent_channels": 128, "base_channels": 32,
      "channel_multiplier": [1, 1, 2, 4], "num_res_blocks": 1, "num_patches": GRID,
      "projection_dim": WIDTH, "num_hidden_layers": 2, "hidden_act": "gelu", "image_token_embed_dim": WIDTH}


def config():
    text = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=1024, num_hidden_layers=6, num_attention_heads=6,
        num_key_value_heads=2, head_dim=64, hidden_act="silu", max_position_embeddings=512, rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, attention_bias=False, mlp_bias=False,
        bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD, tie_word_embeddings=True)
    # The tower for looking at pictures, which the real family has and generation does not use: as small as it goes.
    vision = JanusVisionConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=1, mlp_ratio=1.0, image_size=SIDE,
                               patch_size=SIDE // GRID, projection_dim=WIDTH, depth=1, num_image_tokens=TOKENS)
    return JanusConfig(text_config=text, vision_config=vision, vq_config=JanusVQVAEConfig(**VQ), image_token_id=IMAGE,
                       tie_word_embeddings=True)
