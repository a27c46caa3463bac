#!/usr/bin/env python3
"""Times what Python's libraries take for the same, in nanoseconds, as JSON: peers.py PEER.

pytorch   a step of torch's schedulers: {"StepLR/GROUPS": ns, "ReduceLROnPlateau/GROUPS": ns}
numpy     a rate of a curve in numpy: {"cosine/double/COUNT": ns ...}
optax     the same with optax, jitted and vmapped

Each figure is the median of repetitions, in processor time: other programs do not count, all threads do.
"""
import json
import statistics
import sys
import time

COUNTS = (10_000, 1_000_000)
LR = 0.1
ETA_MIN = 1e-4


def median_ns(call, items, repetitions=15, seconds=0.02):
    """The processor time of a call, on all its threads together, divided by what it does."""
    call()
    start = time.process_time()
    call()
    calls = max(1, int(seconds / max(time.process_time() - start, 1e-9)))
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        for _ in range(calls):
            call()
        times.append((time.process_time() - start) / calls / items * 1e9)
    return statistics.median(times)


def pytorch():
    import torch
    times = {}
    for groups in (1, 2, 10):
        def scheduled(make):
            parameters = [{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(groups)]
            optimizer = torch.optim.SGD(parameters, LR)
            scheduler = make(optimizer)
            optimizer.step()  # before which the scheduler would warn
            return scheduler

        step_lr = scheduled(lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 30, 0.999))
        plateau = scheduled(torch.optim.lr_scheduler.ReduceLROnPlateau)
        metric = [0.0]

        def step_plateau():
            metric[0] -= 1.0
            plateau.step(metric[0])

        times[f"StepLR/{groups}"] = median_ns(step_lr.step, 1)
        times[f"ReduceLROnPlateau/{groups}"] = median_ns(step_plateau, 1)
    return f"PyTorch {torch.__version__}", times


def numpy():
    import numpy
    times = {}
    for name, scalar in (("double", numpy.float64), ("float", numpy.float32)):
        for count in COUNTS:
            t = numpy.arange(count, dtype=scalar)  # not in the time
            lr, eta_min, pi, one, end = map(scalar, (LR, ETA_MIN, numpy.pi, 1, 0.01))
            half, total = scalar(0.5), scalar(count)
            warmup = scalar(count // 10)
            curves = {
                "cosine": lambda: eta_min + (lr - eta_min) * half * (one + numpy.cos(pi / total * t)),
                "linear": lambda: lr * (one + (end - one) / total * t),
                "warmup_cosine": lambda: numpy.where(
                    t < warmup, lr / warmup * t,
                    lr * half * (one + numpy.cos(pi / (total - warmup) * (t - warmup)))),
            }
            for curve, call in curves.items():
                times[f"{curve}/{name}/{count}"] = median_ns(call, count)
    return f"numpy {numpy.__version__}", times


def optax():
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy
    import optax
    times = {}
    for name, scalar in (("double", jax.numpy.float64), ("float", jax.numpy.float32)):
        for count in COUNTS:
            t = jax.numpy.arange(count, dtype=scalar)  # not in the time
            lr = scalar(LR)
            schedules = {
                "cosine": optax.cosine_decay_schedule(lr, count, alpha=ETA_MIN / LR),
                "linear": optax.linear_schedule(lr, lr * scalar(0.01), count),
                "warmup_cosine": optax.warmup_cosine_decay_schedule(scalar(0), lr, count // 10, count),
            }
            for curve, schedule in schedules.items():
                rates = jax.jit(jax.vmap(schedule))
                assert rates(t).dtype == scalar, f"{curve} computes in {rates(t).dtype}"
                times[f"{curve}/{name}/{count}"] = median_ns(lambda: rates(t).block_until_ready(), count)
    return f"optax {optax.__version__}, jax {jax.__version__}", times


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("pytorch", "numpy", "optax"):
        sys.exit(__doc__)
    version, measured = {"pytorch": pytorch, "numpy": numpy, "optax": optax}[sys.argv[1]]()
    print(json.dumps({"version": version, "times": measured}))
