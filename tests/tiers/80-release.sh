# The release build: what the pure modules call, and that tools/setup brings every library that the program needs.
# when: normal
# limit: 10m
source "$(dirname "$0")/lib.sh"
check build tools/build release || exit 1
check symbols tools/check-symbols
check packages tools/check-packages
