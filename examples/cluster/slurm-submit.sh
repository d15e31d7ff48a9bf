#!/usr/bin/env bash
# Submits a batch as a Slurm job array, and the merge that waits for it.
#
#     slurm-submit.sh SHARDS RECIPE RESULTS INPUT...
#
# RESULTS is a folder that all nodes see. Options for sbatch (partition, account, time) go into SBATCH_OPTIONS, threads of
# a task into THREADS. Prints the numbers of the two jobs.
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
export SHARDS=$1 RECIPE=$2 RESULTS=$3
shift 3
export INTERPHASE=${INTERPHASE:-interphase}
mkdir -p "$RESULTS"
printf '%s\n' "$@" >"$RESULTS/inputs.txt"

read -ra options <<<"${SBATCH_OPTIONS:-}"
array=$(sbatch --parsable --export=ALL --array="1-$SHARDS" --cpus-per-task="${THREADS:-1}" \
    --output="$RESULTS/shard-%a.log" ${options[@]+"${options[@]}"} "$here/slurm-shard.sh")
merge=$(sbatch --parsable --export=ALL --dependency="afterok:$array" --kill-on-invalid-dep=yes \
    --output="$RESULTS/merge.log" ${options[@]+"${options[@]}"} "$here/slurm-merge.sh")
echo "shards: job $array; merge: job $merge; results: $RESULTS/results.sqlite"
