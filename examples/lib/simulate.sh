# Shared by the make-spectra.sh of the examples: writes a description as YAML and simulates it.
#
#   spectrum NAME SEED CHARGING LEVEL LOW,HIGH CONSTANT SHIRLEY COMPONENT...
#
# COMPONENT is "name|position (eV)|width (eV)|area (counts eV)", with further keys of a recipe behind another |.
# The description goes into the comments of the file, which says that it is simulated.
spectrum() {
    local name=$1 seed=$2 charging=$3 level=$4 window=$5 constant=$6 shirley=$7
    shift 7
    local folder
    folder=$(mktemp -d)
    local recipe=$folder/truth.yaml
    {
        printf 'interphase: 1\nlevel: %s\nwindow: [%s]\ncomponents:\n' "$level" "$window"
        local component species position width area more
        for component in "$@"; do
            IFS='|' read -r species position width area more <<<"$component"
            printf '  - {name: "%s", position: %s, width: %s, area: %s%s}\n' "$species" "$position" "$width" "$area" \
                "${more:+, $more}"
        done
    } >"$recipe"
    "$interphase" simulate "$recipe" -o "spectra/$name.vms" --seed "$seed" --charging="$charging" \
        --constant "$constant" --shirley "$shirley" --step 0.1 --sweeps 20 --dwell 0.1 --quiet
    rm -rf "$folder"
}
