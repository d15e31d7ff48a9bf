#!/usr/bin/env bash
# Puts the shards together. Submitted by slurm-submit.sh to run when all of them are done.
#SBATCH --job-name=interphase-merge
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

shards=()
for ((number = 1; number <= SHARDS; number++)); do shards+=("$RESULTS/shard-$number.sqlite"); done
"$INTERPHASE" batch merge "${shards[@]}" --output "$RESULTS/results.sqlite" --csv "$RESULTS/results.csv"
status=$?
# 1: merged; some spectra could not be fitted.
if [ "$status" -le 1 ]; then exit 0; fi
exit "$status"
