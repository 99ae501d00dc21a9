"""The diffusion engine: autoencoder, denoiser, schedules, samplers, bundles. The only package that imports torch.

Shape legend: B batch, T beats, V = 3 voices, N = 4 T steps, P = 88 piano keys, D latent width, W model width.
"""
