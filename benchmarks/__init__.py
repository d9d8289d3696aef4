"""How fast GAN training is here, beside the usual loops: `python -m benchmarks`."""
