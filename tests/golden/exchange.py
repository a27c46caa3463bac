# SPDX-License-Identifier: MIT
"""Trades states with a live PyTorch, both ways, after every operation of runs of every class.

    python exchange.py PATH/TO/pytorch_exchange [--seed N] [--runs N]

For each k: PyTorch's state after k operations is loaded by the library, which goes on as PyTorch did;
the library's state after k operations is loaded by PyTorch, which goes on as the library did.
"""

import argparse
import copy
import json
import subprocess
import sys

import record


def is_close(ours, theirs, base):
    return abs(ours - theirs) <= 1e-10 * abs(theirs) + 1e-12 * base


class Exchange:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, case, load=None):
        self.process.stdin.write(json.dumps(dict(case, load=load)) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise SystemExit(f"{case['id']} {case['scheduler']}: {answer['error']}")
        return answer


def compare(what, case, ours, theirs):
    bases = [max(group["lr"], 1.0) for group in case["groups"]]
    for step, (our_rates, their_rates) in enumerate(zip(ours, theirs, strict=True)):
        for our, their, base in zip(our_rates, their_rates, bases, strict=True):
            if not is_close(our, their, base):
                raise SystemExit(
                    f"{what}, {step} operations later: {our} and {their}\n{json.dumps(case)}")


def check(case, exchange):
    """Returns how many states were traded."""
    optimizer, schedulers = record.start(case)
    scheduler = schedulers[0]
    cycles = "momentum" in case["groups"][0]
    ops = record.single_operations(case["ops"])
    rates, momentums, texts, groups = [], [], [], []
    for k in range(len(ops) + 1):
        if k > 0:
            record.perform(ops[k - 1], optimizer, schedulers)
        rates.append(record.rates(optimizer))
        momentums.append(record.rates(optimizer, "momentum"))
        texts.append(json.dumps(scheduler.state_dict()))
        groups.append([{"lr": group["lr"]} for group in optimizer.param_groups])
    whole = exchange.run(case)
    compare("without a trade", case, whole["lr"], rates)

    for k in range(len(ops) + 1):
        ours = exchange.run(case, {"after": k, "text": texts[k], "groups": groups[k]})
        compare(f"PyTorch's state after {k}", case, ours["lr"], rates[k:])
        if cycles:
            compare(f"PyTorch's state after {k}, momentum", case, ours["momentum"], momentums[k:])

        fresh_optimizer, fresh = record.start(case)
        for group, lr, momentum in zip(fresh_optimizer.param_groups, whole["lr"][k], whole["momentum"][k]):
            group["lr"] = lr
            if cycles:
                group["momentum"] = momentum
        fresh[0].load_state_dict(json.loads(whole["texts"][k]))
        theirs = [record.rates(fresh_optimizer)]
        for op in ops[k:]:
            record.perform(op, fresh_optimizer, fresh)
            theirs.append(record.rates(fresh_optimizer))
        compare(f"the library's state after {k}", case, whole["lr"][k:], theirs)
    return 2 * (len(ops) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=4, help="for each class")
    arguments = parser.parse_args()
    exchange = Exchange(arguments.program)
    generator = record.Generator(arguments.seed)
    families = [family for family in record.Generator.families if family != "Stacked"]
    total = 0
    for family in families:
        traded = number = 0
        while number < arguments.runs:
            case = generator.case(family, number)
            try:
                recorded = record.record(copy.deepcopy(case))
            except (ValueError, ZeroDivisionError):
                continue  # PyTorch refuses the run
            traded += check(case, exchange)
            number += 1
        print(f"{family}: {traded} states traded")
        total += traded
    print(f"PyTorch {recorded['torch']}: {total} passed, 0 failed")
    return 0 if total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
