#!/usr/bin/env bash
# Kills the checkpoint example again and again, each time after a random update, and starts it again:
# every line that it ever printed must be one of an uninterrupted run's.
set -euo pipefail
program=$1
folder=$2

rm -rf "$folder"
mkdir -p "$folder"
"$program" "$folder/uninterrupted.json" >"$folder/uninterrupted.txt"
updates=$(grep -c '^update' "$folder/uninterrupted.txt")

RANDOM=${SEED:-$$}
echo "SEED=${SEED:-$$}"
done_before=0
for kill in 1 2 3 4 5; do
  after=$((1 + RANDOM % (updates / 6)))
  coproc run { exec "$program" "$folder/checkpoint.json"; }
  pid=$run_PID
  for ((i = 0; i < after; ++i)); do
    read -r line <&"${run[0]}"
    echo "$line" >>"$folder/resumed.txt"
  done
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  first=$(tail -n "$after" "$folder/resumed.txt" | head -n 1 | cut -d ' ' -f 2)
  echo "kill $kill: started at update $first, killed after $after more"
  ((kill == 1 || first > 1 || done_before < 10)) || { echo "it did not resume"; exit 1; }
  done_before=$((first + after - 1))
done
"$program" "$folder/checkpoint.json" >>"$folder/resumed.txt"

sort -u "$folder/resumed.txt" | cmp - <(sort -u "$folder/uninterrupted.txt")
echo "after 5 kills: $(tail -n 1 "$folder/resumed.txt"), the same weights to the bit"
