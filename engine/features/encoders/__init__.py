"""Pre-trained encoders of the `paper` profile: frames -> F_v, frames -> captions, captions -> F_l (section 4.2).

Optional: they need `transformers` and weights of about 2 GB, which come from the Hugging Face hub once, or from local
folders. Nothing here is imported before an encoder is asked for.
"""
