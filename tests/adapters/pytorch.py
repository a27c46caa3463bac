# SPDX-License-Identifier: MIT
"""PyTorch's StepLR and ReduceLROnPlateau in Python: the rates that docs/adapters.md and libtorch.cpp have."""

import torch



def check(rates, expected):
    print(torch.__version__, " ".join(f"{rate:g}" for rate in rates))
    assert all(abs(rate - value) <= 1e-12 * value for rate, value in zip(rates, expected, strict=True))


parameter = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([parameter], lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.1)
rates = []
for _ in range(8):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()

check(rates, [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001])


def rates_after(metrics, threshold_mode):
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode="max", factor=0.5, patience=0, threshold=0.1, threshold_mode=threshold_mode
    )
    for metric in metrics:
        plateau.step(metric)
        yield optimizer.param_groups[0]["lr"]


check(list(rates_after([1, 1.05, 1.2, 0.9, 0.8, 1.4], "abs")), [0.1, 0.05, 0.05, 0.025, 0.0125, 0.0125])
check(list(rates_after([-3, -2, -1], "rel")), [0.1, 0.1, 0.1])
