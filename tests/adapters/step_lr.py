# SPDX-License-Identifier: MIT
"""PyTorch's StepLR in Python: the rate of each update, as docs/adapters.md and libtorch.cpp have it."""

import torch

parameter = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([parameter], lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.1)
rates = []
for _ in range(8):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()

expected = [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001]
print(torch.__version__, " ".join(f"{rate:g}" for rate in rates))
assert all(abs(rate - value) <= 1e-12 * value for rate, value in zip(rates, expected, strict=True))
