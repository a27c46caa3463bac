# SPDX-License-Identifier: MIT
"""Records runs of the real torch.optim.lr_scheduler in the format that README.md describes."""

import argparse
import json
import random
import sys
import warnings

import torch
from torch.optim import lr_scheduler, swa_utils

warnings.filterwarnings("ignore")


def described_function(description):
    """The callable that "lr_lambda" describes."""
    value = description["value"]
    return {
        "power": lambda t: value**t,
        "floor_divide": lambda t: 1 + t // value,
        "inverse_time": lambda t: 1 / (1 + value * t),
        "constant": lambda t: value,
    }[description["kind"]]


class ParamGroup(dict):
    """Ends a run in which a rate goes below zero, be it between two schedulers of a chain: there
    the library stops at zero, on purpose."""

    def __setitem__(self, key, value):
        if key == "lr" and value < 0:
            raise ValueError("a rate below zero")
        super().__setitem__(key, value)


def build_optimizer(groups):
    optimizer = torch.optim.SGD(
        [
            {"params": [torch.nn.Parameter(torch.zeros(1))], "lr": group["lr"],
             "momentum": group.get("momentum", 0.0)}
            for group in groups
        ],
        lr=0.1,
    )
    optimizer.param_groups = [ParamGroup(group) for group in optimizer.param_groups]
    return optimizer


def build_scheduler(config, optimizer):
    """The scheduler that a configuration describes; Stacked gives a list."""
    arguments = dict(config)
    name = arguments.pop("type")
    if name == "Stacked":
        return [build_scheduler(child, optimizer) for child in arguments["schedulers"]]
    if name in ("LambdaLR", "MultiplicativeLR"):
        description = arguments["lr_lambda"]
        arguments["lr_lambda"] = (
            [described_function(one) for one in description]
            if isinstance(description, list)
            else described_function(description)
        )
    if name == "SequentialLR":
        children = [build_scheduler(child, optimizer) for child in arguments["schedulers"]]
        return lr_scheduler.SequentialLR(optimizer, children, arguments["milestones"])
    if name == "ChainedScheduler":
        children = [build_scheduler(child, optimizer) for child in arguments["schedulers"]]
        return lr_scheduler.ChainedScheduler(children, optimizer)
    module = swa_utils if name == "SWALR" else lr_scheduler
    return getattr(module, name)(optimizer, **arguments)


def single_operations(ops):
    """["step", n] as n single steps."""
    result = []
    for op in ops:
        result += [["step"]] * op[1] if op[0] == "step" else [op]
    return result


def perform(op, optimizer, schedulers):
    if op[0] == "set_lr":
        optimizer.param_groups[op[1]]["lr"] = op[2]
        return
    for scheduler in schedulers:
        if op[0] == "step":
            scheduler.step()
        else:
            scheduler.step(float(op[1]))


def rates(optimizer, key="lr"):
    return [group[key] for group in optimizer.param_groups]


def start(case):
    """A fresh optimizer and its schedulers, as a list."""
    optimizer = build_optimizer(case["groups"])
    schedulers = build_scheduler(case["scheduler"], optimizer)
    return optimizer, schedulers if isinstance(schedulers, list) else [schedulers]


def record(case, state_after=None):
    """Runs a case and adds what PyTorch did to it."""
    optimizer, schedulers = start(case)
    cycles = "momentum" in case["groups"][0]
    case = dict(case, torch=torch.__version__, lr=[rates(optimizer)])
    if cycles:
        case["momentum"] = [rates(optimizer, "momentum")]
    for k, op in enumerate(single_operations(case["ops"]), start=1):
        perform(op, optimizer, schedulers)
        case["lr"].append(rates(optimizer))
        if cycles:
            case["momentum"].append(rates(optimizer, "momentum"))
        if k == state_after:
            case["state"] = {
                "after": k,
                "scheduler": json.dumps(schedulers[0].state_dict()),
                "groups": [
                    {key: value for key, value in group.items() if key != "params"}
                    for group in optimizer.param_groups
                ],
            }
    return case


def schedulers_in(config):
    """All schedulers of a configuration, those that combine others too."""
    result = [config]
    for child in config.get("schedulers", []):
        result += schedulers_in(child)
    return result


def deviates(config):
    """Whether PyTorch does something in this mixed run that the library does otherwise on purpose
    (docs/parity.md). All of it comes from constructors that change the optimizer at once, however
    late the scheduler's turn is."""
    types = [one["type"] for one in schedulers_in(config)]
    if types.count("SWALR") > 1 or types.count("OneCycleLR") > 1:
        return True  # all take the last one's rates
    children = config["schedulers"]
    if sum(child.get("cycle_momentum", False) for child in children) > 1:
        return True  # OneCycleLR takes the momentum options of a CyclicLR constructed after it
    family = config["type"]
    types = [child["type"] for child in children]
    for i, child in enumerate(types):
        later = set(types[i + 1 :])
        if family == "SequentialLR":
            if i > 0 and children[i].get("cycle_momentum"):
                return True  # momentum changes at construction
            if i > 0 and child == "OneCycleLR" and types[0] not in Generator.from_base_rate:
                return True  # the first one starts from OneCycleLR's base rate
            sets_base = child == "OneCycleLR" or (child == "CyclicLR" and i == 0)
            keeps_base = later <= {"CyclicLR", "OneCycleLR", "MultiplicativeLR", "SWALR"}
        else:
            if i > 0 and child == "CyclicLR":
                return True  # the rate goes back to the base rate until the first step
            sets_base = child == "OneCycleLR" and i > 0
            if family == "ChainedScheduler":
                sets_base = child in ("CyclicLR", "OneCycleLR")
            keeps_base = later <= {*Generator.factors, "MultiplicativeLR", "SWALR"}
        if sets_base and not keeps_base:
            return True  # the later ones start from another base rate
    return False


class Generator:
    """Random cases, as a user might configure them and now and then as he might not."""

    factors = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR")
    chainable = factors + ("CosineAnnealingLR", "MultiplicativeLR")
    sequential = chainable + ("CosineAnnealingWarmRestarts", "LambdaLR", "SWALR")
    families = chainable + (
        "LambdaLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR", "SWALR",
        "ReduceLROnPlateau", "SequentialLR", "ChainedScheduler", "Stacked",
    )
    from_base_rate = ("LambdaLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR")
    special = from_base_rate + ("SWALR",)
    mixed_families = ("SequentialLR", "ChainedScheduler", "Stacked")

    def __init__(self, seed):
        self.random = random.Random(seed)

    def real(self, low, high):
        return round(self.random.uniform(low, high), 4)

    def one_or_per_group(self, groups, make):
        return make() if self.random.random() < 0.5 else [make() for _ in range(groups)]

    def function(self):
        kind = self.random.choice(("power", "floor_divide", "inverse_time", "constant"))
        value = {
            "power": self.real(0.8, 0.999),
            "floor_divide": self.random.randint(5, 40),
            "inverse_time": self.real(0.01, 0.2),
            "constant": self.real(0.8, 1.0),
        }[kind]
        return {"kind": kind, "value": value}

    def config(self, family, groups, length):
        rng = self.random
        short = lambda: rng.randint(1, max(2, length // 2))
        if family == "StepLR":
            options = {"step_size": short(), "gamma": self.real(0.1, 1.2)}
        elif family == "MultiStepLR":
            options = {"milestones": sorted(rng.randint(1, length) for _ in range(rng.randint(1, 5))),
                       "gamma": self.real(0.1, 1.2)}
        elif family == "ConstantLR":
            options = {"factor": self.real(0.01, 1.0), "total_iters": short()}
        elif family == "LinearLR":
            options = {"start_factor": self.real(0.01, 1.0), "end_factor": self.real(0.0, 1.0),
                       "total_iters": short()}
        elif family == "ExponentialLR":
            options = {"gamma": self.real(0.5, 1.0)}
        elif family == "PolynomialLR":
            options = {"total_iters": short(), "power": self.real(0.5, 3.0)}
        elif family == "CosineAnnealingLR":
            options = {"T_max": short(), "eta_min": rng.choice((0.0, 1e-5, 0.001))}
        elif family in ("LambdaLR", "MultiplicativeLR"):
            options = {"lr_lambda": self.one_or_per_group(groups, self.function)}
        elif family == "CosineAnnealingWarmRestarts":
            options = {"T_0": short(), "T_mult": rng.randint(1, 4), "eta_min": rng.choice((0.0, 0.001))}
        elif family == "CyclicLR":
            options = {"base_lr": self.one_or_per_group(groups, lambda: self.real(0.001, 0.05)),
                       "max_lr": self.one_or_per_group(groups, lambda: self.real(0.1, 1.0)),
                       "step_size_up": short(), "mode": rng.choice(("triangular", "triangular2", "exp_range")),
                       "gamma": self.real(0.9, 1.0), "cycle_momentum": rng.random() < 0.5}
            if rng.random() < 0.5:
                options["step_size_down"] = short()
        elif family == "OneCycleLR":
            options = {"max_lr": self.one_or_per_group(groups, lambda: self.real(0.1, 1.0)),
                       "total_steps": length + 1, "pct_start": self.real(0.1, 0.4),
                       "anneal_strategy": rng.choice(("cos", "linear")),
                       "cycle_momentum": rng.random() < 0.5, "three_phase": rng.random() < 0.5}
        elif family == "SWALR":
            options = {"swa_lr": self.one_or_per_group(groups, lambda: self.real(0.001, 0.2)),
                       "anneal_epochs": short(), "anneal_strategy": rng.choice(("cos", "linear"))}
        elif family == "ReduceLROnPlateau":
            options = {"mode": rng.choice(("min", "max")), "factor": self.real(0.1, 0.9),
                       "patience": rng.randint(0, 4), "threshold": rng.choice((0.0, 1e-4, 0.1)),
                       "threshold_mode": rng.choice(("rel", "abs")), "cooldown": rng.randint(0, 3),
                       "min_lr": self.one_or_per_group(groups, lambda: rng.choice((0.0, 0.001)))}
        elif family == "SequentialLR":
            count = rng.randint(1, 4)
            children = [rng.choice(self.sequential) for _ in range(count)]
            while children.count("SWALR") > 1:  # in PyTorch all take the last one's swa_lr
                children[children.index("SWALR")] = rng.choice(self.sequential)
            options = {"schedulers": [self.config(child, groups, length) for child in children],
                       "milestones": sorted(rng.sample(range(1, length + 1), count - 1))}
        else:  # ChainedScheduler, Stacked
            children = [self.config(rng.choice(self.chainable), groups, length)
                        for _ in range(rng.randint(1, 4))]
            if family == "ChainedScheduler" and rng.random() < 0.3:  # the one nesting that PyTorch can
                children.insert(0, self.config("ChainedScheduler", groups, length))
            options = {"schedulers": children}
        return {"type": family, **options}

    def mixed_config(self, family, groups, length):
        """Several schedulers, at least one of them special, in which PyTorch and the library agree."""
        rng = self.random
        first = rng.choice(("CyclicLR", "OneCycleLR", None, None))
        while True:
            children = [self.config(rng.choice(self.chainable + 2 * self.special), groups, length)
                        for _ in range(rng.randint(2, 4))]
            if first is not None:
                children[0] = self.config(first, groups, length)
            elif family != "ChainedScheduler" and rng.random() < 0.3:
                # First in a sequence, others would run a step early in a chain.
                chain = [self.config(rng.choice(("StepLR", "ConstantLR", "LinearLR", "LambdaLR")), groups, length)
                         for _ in range(2)]
                children[0] = {"type": "ChainedScheduler", "schedulers": chain}
            elif family == "Stacked" and rng.random() < 0.3:  # only first: it resets the rate
                children[0] = self.config("SequentialLR", groups, length)
            config = {"type": family, "schedulers": children}
            if family == "SequentialLR":
                config["milestones"] = sorted(rng.sample(range(1, length + 1), len(children) - 1))
            is_special = any(one["type"] in self.special for one in schedulers_in(config))
            if is_special and not deviates(config):
                return config

    def case(self, family, number, mixed=False):
        rng = self.random
        length = rng.choice((12, 20, 43, 60))
        groups = [{"lr": rng.choice((0.1, 0.05, 0.001, 1.0))} for _ in range(rng.randint(1, 3))]
        config = (self.mixed_config if mixed else self.config)(family, len(groups), length)
        if any(one.get("cycle_momentum") for one in schedulers_in(config)):
            for group in groups:
                group["momentum"] = 0.9
        if family == "ReduceLROnPlateau":
            ops = [["metric", self.real(0.1, 2.0)] for _ in range(length)]
        elif rng.random() < 0.3:
            first = rng.randint(0, length)
            ops = [["step", first], ["set_lr", rng.randrange(len(groups)), self.real(0.01, 1.0)],
                   ["step", length - first]]
        else:
            ops = [["step", length]]
        return {"id": f"{family}/{number:04}", "groups": groups, "scheduler": config, "ops": ops}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5, help="for each family")
    parser.add_argument("--states", action="store_true", help="take a state in the middle of each run")
    parser.add_argument("--mixed", action="store_true",
                        help="runs of several schedulers that are not all factors; numbered from 1000")
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    for family in Generator.mixed_families if arguments.mixed else Generator.families:
        if arguments.states and family == "Stacked":
            continue
        first = number = 1000 if arguments.mixed else 0
        while number < first + arguments.runs:
            case = generator.case(family, number, arguments.mixed)
            middle = len(single_operations(case["ops"])) // 2 if arguments.states else None
            try:
                recorded = record(case, middle)
            except (ValueError, ZeroDivisionError):
                continue  # PyTorch refuses the run, or a rate goes below zero
            json.dump(recorded, sys.stdout)
            print()
            number += 1


if __name__ == "__main__":
    main()
