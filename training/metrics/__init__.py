"""Measures of symbolic music: pure functions over `Piece`, no model, no audio, no files but the report.

Shape legend: W pieces, N steps (16ths, 4 a beat), T beats, B bars, K histogram bins, D feature width.

Modules: `piece` (music as arrays), `quality` and `structure` (the paper's measures, section 5.2, and plain counts),
`shape` (histograms against real music), `retrieval` with `features` (P@K, rank, Diversity), `copying` (nearness to a
corpus), `control` (asked against measured), `seams` (window borders), `bootstrap` (intervals), `report` (all of it,
beside the bars), `pages` (files).
"""
