"""A peer for `bench/step.ts`: whole training steps of one network in one framework, timed one by one.

Prints {"ready": true, "name"} when it can start. Then, for each line `step N` on standard input, runs N steps and prints
{"seconds": [...], "cpu_seconds": [...], "result"}: the loss of the last one. `quit` or the end of input ends it. CPU
seconds (of all threads) tell a slow step from a busy machine.
"""

import argparse
import importlib
import json
import sys
import time

from medley_files import read_safetensors


def serve(name, step):
    answer({"ready": True, "name": name})
    for line in sys.stdin:
        words = line.split()
        if words[:1] != ["step"]:
            break
        seconds, cpu_seconds, result = [], [], None
        for _ in range(int(words[1])):
            start, cpu_start = time.perf_counter(), time.process_time()
            result = step()
            seconds.append(time.perf_counter() - start)
            cpu_seconds.append(time.process_time() - cpu_start)
        answer({"seconds": seconds, "cpu_seconds": cpu_seconds, "result": result})


def answer(message):
    print(json.dumps(message), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", choices=["torch", "keras"], required=True)
    parser.add_argument("--network", required=True)
    parser.add_argument("--shared", required=True, help="weights and batch, by Medley's names")
    parser.add_argument("--dropout", type=float, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--text", choices=["packed", "gather"], default="gather")
    parser.add_argument("--compile", choices=["graph", "xla"], default="graph")
    options = parser.parse_args()
    stored = read_safetensors(options.shared)
    prefix = "inputs/"
    inputs = {
        name.removeprefix(prefix): array for name, array in stored.items() if name.startswith(prefix)
    }
    serve(*importlib.import_module(f"{options.framework}_step").prepare(options, stored, inputs))


if __name__ == "__main__":
    main()
