#!/usr/bin/env bash
# Runs examples/cluster for real on this machine: Slurm (slurmctld, two slurmd tasks at once) and Snakemake. In each a shard
# is killed by SIGKILL while it works, the engine tries it again, and the merged results must be those of one process byte
# for byte.
#
# Needs root, Debian's slurm-wlm (with munge), Snakemake (or python3 -m venv and a package index to get it from), and a
# release build. Takes about five minutes, most of them Slurm's pause before it runs a task again.
#
#     scripts/check-cluster.sh [SPECTRA_ALONG_X]        default 800: a map of 800 x 100 spectra
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
columns=${1:-800}
program=${INTERPHASE:-$root/.build/release/interphase}
[ -x "$program" ] || { echo "Build first: scripts/build.sh" >&2; exit 1; }
program=$(readlink -f "$program")  # as /proc names it
for tool in slurmctld slurmd munged sbatch; do
    command -v "$tool" >/dev/null || { echo "Missing $tool: apt-get install slurm-wlm munge" >&2; exit 1; }
done
[ "$(id -u)" -eq 0 ] || { echo "Slurm's daemons are started here, which needs root" >&2; exit 1; }

work=$(mktemp -d)
chmod 755 "$work"
daemons=()
finish() {
    for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${daemons[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
say() { printf '\n== %s\n' "$*"; }
cd "$work"

say "Data: a map of $((columns * 100)) simulated spectra, and files"
recipe=$root/reference-spectra/recipes/s2p-argyrodite-cathode.yaml
truth=$root/reference-spectra/spectra/s2p-argyrodite-cathode-truth.yaml
mkdir data
"$program" simulate "$truth" -o data/map.vms --map "${columns}x100" --charging 0.42 --quiet
for seed in 1 2 3; do
    "$program" simulate "$truth" -o "data/$seed.csv" --seed "$seed" --charging 0.42 --quiet
done
head -c 3000 data/map.vms >data/cut.vms

say "One process"
time "$program" batch --recipe "$recipe" data --output whole.sqlite --csv whole.csv --threads 2 || [ $? -eq 1 ]
"$program" batch export whole.sqlite --text whole.txt

# Kills the process that works on a shard as soon as it has stored something. It is told by its arguments.
kill_shard() {
    local mark=$1 pid=""
    for _ in $(seq 1 600); do
        for candidate in /proc/[0-9]*; do
            [ -r "$candidate/cmdline" ] || continue
            if [ "$(readlink "$candidate/exe" 2>/dev/null)" = "$program" ] &&
                tr '\0' ' ' 2>/dev/null <"$candidate/cmdline" | grep -qF -- "$mark"; then
                pid=${candidate#/proc/}
                break 2
            fi
        done
        sleep 0.02
    done
    [ -n "$pid" ] || { echo "No process $mark" >&2; return 1; }
    sleep 0.5
    kill -9 "$pid" 2>/dev/null || { echo "It was done before it could be killed: take more spectra" >&2; return 1; }
    echo "killed: process $pid, $mark"
}

compare() {
    "$program" batch export "$1/results.sqlite" --text "$1/results.txt"
    cmp "$1/results.txt" whole.txt
    cmp "$1/results.csv" whole.csv
    echo "$1: the results are those of one process, $(wc -c <whole.txt) bytes as text, $(wc -c <whole.csv) as CSV"
}

say "Slurm: two tasks at once, four shards, one of them killed"
mkdir -p slurm/state slurm/spool slurm/munge
chmod 700 slurm/munge
dd if=/dev/urandom of=slurm/munge/key bs=1024 count=1 status=none
chmod 600 slurm/munge/key
munged --foreground --force --key-file="$work/slurm/munge/key" --socket="$work/slurm/munge.socket" \
    --pid-file="$work/slurm/munge/pid" --log-file="$work/slurm/munge/log" --seed-file="$work/slurm/munge/seed" \
    >slurm/munged.out 2>&1 &
daemons+=($!)
node=$(hostname -s)
cat >slurm/slurm.conf <<CONF
ClusterName=check
SlurmctldHost=$node
AuthType=auth/munge
AuthInfo=socket=$work/slurm/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/slurm/state
SlurmdSpoolDir=$work/slurm/spool
SlurmctldPidFile=$work/slurm/slurmctld.pid
SlurmdPidFile=$work/slurm/slurmd.pid
SlurmctldLogFile=$work/slurm/slurmctld.log
SlurmdLogFile=$work/slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SchedulerParameters=sched_interval=5
NodeName=$node CPUs=2 State=UNKNOWN
PartitionName=check Nodes=$node Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:2
CONF
export SLURM_CONF=$work/slurm/slurm.conf
slurmctld -D -i >slurm/slurmctld.out 2>&1 &
daemons+=($!)
slurmd -D -N "$node" >slurm/slurmd.out 2>&1 &
daemons+=($!)
for _ in $(seq 1 60); do
    sinfo -h -o %T 2>/dev/null | grep -q idle && break
    sleep 1
done
sinfo
mkdir by-slurm
INTERPHASE=$program "$root/examples/cluster/slurm-submit.sh" 4 "$recipe" "$work/by-slurm" data | tee submitted
kill_shard "shard-2.sqlite --shard 2/4"
for _ in $(seq 1 600); do
    squeue -h | grep -q . || break
    sleep 1
done
squeue
cat by-slurm/shard-2.log
sed -n p by-slurm/merge.log
compare by-slurm

say "Snakemake: two jobs at once, four shards, one of them killed"
snakemake=$(command -v snakemake || true)
if [ -z "$snakemake" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet snakemake
    snakemake=$work/venv/bin/snakemake
fi
kill_shard "by-snakemake/shard-3.sqlite --shard 3/4" &
killer=$!
"$snakemake" --version
"$snakemake" --snakefile "$root/examples/cluster/Snakefile" --cores 2 --retries 3 \
    --config interphase="$program" recipe="$recipe" inputs=data shards=4 results=by-snakemake >snakemake.log 2>&1 ||
    { cat snakemake.log >&2; exit 1; }
wait "$killer"
grep -E "Trying to restart|Error in rule|steps \(100%\)" snakemake.log
compare by-snakemake
say "Both engines gave the results of one process."
