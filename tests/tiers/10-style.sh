# House rules that need no build.
# when: quick
# limit: 10m
# build: no
source "$(dirname "$0")/lib.sh"
check layers tools/check-layers
check headers tools/check-headers
check tidy tools/check-tidy
check scripts tools/check-scripts
check generated tools/check-generated     # asks build/dev/sanzao; skipped where that is not built
