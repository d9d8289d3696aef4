"""The loop of PyTorch's DCGAN tutorial, eager, in float32 and in bfloat16 by autocast."""

import contextlib

import torch
from torch import nn

BATCH = 128
NOISE = 100


def pair(name):
    """The networks of `models.pair`, stated in PyTorch; images are `(batch, 1, 28, 28)`."""
    if name == "mlp":
        generator = nn.Sequential(
            nn.Linear(NOISE, 1024),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, 1024),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, 784),
            nn.Tanh(),
            nn.Unflatten(1, (1, 28, 28)),
        )
        discriminator = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 1024),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, 1024),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, 1),
        )
        return generator, discriminator
    return conv_generator(), conv_discriminator()


def conv_generator():
    """Noise -> 7 x 7 -> 14 x 14 -> an image, each step normalised."""
    return nn.Sequential(
        nn.Linear(NOISE, 7 * 7 * 256, bias=False),
        nn.BatchNorm1d(7 * 7 * 256),
        nn.LeakyReLU(0.3),
        nn.Unflatten(1, (256, 7, 7)),
        nn.ConvTranspose2d(256, 128, 5, 1, padding=2, bias=False),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(128, 64, 5, 2, padding=2, output_padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(64, 1, 5, 2, padding=2, output_padding=1, bias=False),
        nn.Tanh(),
    )


def conv_discriminator():
    """An image -> 14 x 14 -> 7 x 7 -> one logit."""
    return nn.Sequential(
        nn.Conv2d(1, 64, 5, 2, padding=2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Conv2d(64, 128, 5, 2, padding=2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(7 * 7 * 128, 1),
    )


def float32(model, *, images, tick, note):
    """PyTorch as it comes."""
    _train(*pair(model), images=images, tick=tick, precision=contextlib.nullcontext)


def bfloat16(model, *, images, tick, note):
    """Forward passes and losses under `torch.autocast`."""
    _train(*pair(model), images=images, tick=tick, precision=_autocast)


def _autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16)


def _train(generator, discriminator, *, images, tick, precision):
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    criterion = nn.BCEWithLogitsLoss()
    generator_optimizer = torch.optim.Adam(generator.parameters(), 1e-3, betas=(0.5, 0.999))
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), 1e-3, betas=(0.5, 0.999))
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    while True:
        for rows in torch.randperm(len(images)).split(BATCH):
            with precision():
                fake = generator(torch.randn(BATCH, NOISE))

            discriminator.zero_grad()
            with precision():
                real_loss = criterion(discriminator(images[rows]), ones)
                fake_loss = criterion(discriminator(fake.detach()), zeros)
            (real_loss + fake_loss).backward()
            discriminator_optimizer.step()

            generator.zero_grad()
            with precision():
                generator_loss = criterion(discriminator(fake), ones)
            generator_loss.backward()
            generator_optimizer.step()
            tick()
