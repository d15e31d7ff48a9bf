#!/usr/bin/env bash
# One task of the job array: one shard of the batch. Submitted by slurm-submit.sh, which sets the variables.
#SBATCH --job-name=interphase-shard
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
set -u

status=0
mapfile -t inputs <"$RESULTS/inputs.txt"
# In the background and waited for, so that a signal to this script is passed on at once.
"$INTERPHASE" batch --recipe "$RECIPE" --output "$RESULTS/shard-$SLURM_ARRAY_TASK_ID.sqlite" \
    --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" --threads "${SLURM_CPUS_PER_TASK:-1}" "${inputs[@]}" &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM
wait "$child" || status=$?
# A trapped signal ends the first wait; the second gives the exit code of the program.
if [ "$status" -ge 128 ]; then wait "$child" && status=0 || status=$?; fi

# 0: all fitted. 1: done, though some spectra could not be fitted: the results say which.
if [ "$status" -le 1 ]; then exit 0; fi
# Killed, or stopped before its time limit: the same task goes on where it was, three times at most.
if [ "$status" -ge 128 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ]; then
    echo "shard $SLURM_ARRAY_TASK_ID ended with $status: back into the queue"
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    # Slurm ends this job; what it does with the exit code does not matter.
    sleep 60
fi
exit "$status"
