"""The command line `diffbgm`: a thin layer over the engine, one module a group of commands.

Exit status: 0 done; 1 one sentence and a hint on stderr (with --json: one JSON object on stdout); 2 wrong usage;
130 stopped by Ctrl-C or SIGTERM. Modules of the engine are imported inside the commands, so that help is instant.
"""
