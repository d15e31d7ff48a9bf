# Shared by the run.sh of the examples: where the program is and where results go.
# A path is seen from where the script was called.
interphase=$(cd "${1:+$OLDPWD/}./" && realpath "${1:-../../.build/release/interphase}")
output=${OUTPUT:-../../demo-output/$(basename "$PWD")}
mkdir -p "$output"
say() { printf '\n-- %s\n' "$*"; }
# The referee ends with code 1 where it finds errors, which is what the parameters of the paper are here for.
review() { "$interphase" review "$@" || test $? -eq 1; }
