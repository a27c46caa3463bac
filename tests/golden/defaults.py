#!/usr/bin/env python3
"""Records what other frameworks' schedulers have by default, from the signatures in their sources.

    python defaults.py FOLDER > framework_defaults.json

FOLDER holds their packages, as `pip download --no-deps timm==1.0.31 optax==0.2.8 keras==3.15.1 transformers==5.24.0
deepspeed==0.19.8` leaves them. Nothing is installed and nothing is run. An argument without a default has ["required"].
"""
import ast
import json
import pathlib
import sys
import tarfile
import zipfile

# Ours, and where theirs is.
SOURCES = {
    "timm": ("timm", {
        "timm/scheduler/cosine_lr.py": ["CosineLRScheduler"],
        "timm/scheduler/tanh_lr.py": ["TanhLRScheduler"],
        "timm/scheduler/poly_lr.py": ["PolyLRScheduler"],
        "timm/scheduler/step_lr.py": ["StepLRScheduler"],
        "timm/scheduler/multistep_lr.py": ["MultiStepLRScheduler"],
        "timm/scheduler/wsd_lr.py": ["WSDLRScheduler"],
        "timm/scheduler/plateau_lr.py": ["PlateauLRScheduler"],
        "timm/scheduler/scheduler_factory.py": ["create_scheduler_v2"],
    }),
    "optax": ("optax", {
        "optax/schedules/_schedule.py": [
            "constant_schedule", "linear_schedule", "polynomial_schedule", "exponential_decay", "cosine_decay_schedule",
            "piecewise_constant_schedule", "piecewise_interpolate_schedule", "linear_onecycle_schedule",
            "cosine_onecycle_schedule", "warmup_constant_schedule", "warmup_cosine_decay_schedule",
            "warmup_exponential_decay_schedule", "sgdr_schedule"],
        "optax/schedules/_join.py": ["join_schedules"],
        "optax/contrib/_reduce_on_plateau.py": ["contrib.reduce_on_plateau"],
    }),
    "keras": ("keras", {
        "keras/src/optimizers/schedules/learning_rate_schedule.py": [
            "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "PolynomialDecay",
            "PiecewiseConstantDecay"],
        "keras/src/callbacks/reduce_lr_on_plateau.py": ["ReduceLROnPlateau"],
    }),
    "transformers": ("transformers", {
        "transformers/optimization.py": {
            "constant": "get_constant_schedule",
            "constant_with_warmup": "get_constant_schedule_with_warmup",
            "linear": "get_linear_schedule_with_warmup",
            "cosine": "get_cosine_schedule_with_warmup",
            "cosine_with_restarts": "get_cosine_with_hard_restarts_schedule_with_warmup",
            "polynomial": "get_polynomial_decay_schedule_with_warmup",
            "inverse_sqrt": "get_inverse_sqrt_schedule",
            "cosine_with_min_lr": "get_cosine_with_min_lr_schedule_with_warmup",
            "cosine_warmup_with_min_lr": "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
            "warmup_stable_decay": "get_wsd_schedule",
            "greedy": "GreedyLR",
        },
    }),
    "deepspeed": ("deepspeed", {
        "deepspeed/runtime/lr_schedules.py": ["LRRangeTest", "OneCycle", "WarmupLR", "WarmupDecayLR", "WarmupCosineLR"],
    }),
}


def read(package, path):
    if package.suffix == ".whl":
        return zipfile.ZipFile(package).read(path).decode()
    with tarfile.open(package) as archive:
        return archive.extractfile(next(m for m in archive if m.name.endswith("/" + path))).read().decode()


def defaults_of(tree, name):
    """The arguments of a function, or of a class's __init__, and their defaults."""
    node = next(n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == name)
    if isinstance(node, ast.ClassDef):
        node = next(n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    plain = [a.arg for a in node.args.args]
    given = dict(zip(reversed(plain), reversed(node.args.defaults)))
    given |= {a.arg: d for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults) if d is not None}
    found = {}
    for argument in plain + [a.arg for a in node.args.kwonlyargs]:
        if argument in ("self", "optimizer"):
            continue
        if argument not in given:
            found[argument] = ["required"]
            continue
        value = given[argument]
        if isinstance(value, ast.Name):
            value = next(n.value for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == value.id)
        found[argument] = ast.literal_eval(value)
    return found


def main():
    folder = pathlib.Path(sys.argv[1])
    recorded, versions = {}, {}
    for framework, (project, files) in SOURCES.items():
        package = next(p for p in sorted(folder.iterdir()) if p.name.startswith(project + "-"))
        versions[framework] = package.name.split("-")[1].removesuffix(".tar.gz")
        for path, names in files.items():
            tree = ast.parse(read(package, path))
            pairs = names.items() if isinstance(names, dict) else ((name, name.split(".")[-1]) for name in names)
            for ours, theirs in pairs:
                recorded[f"{framework}.{ours}"] = defaults_of(tree, theirs)
    json.dump({"versions": versions, "defaults": recorded}, sys.stdout, indent=1)
    print()


main()
