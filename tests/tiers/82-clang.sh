# Without a warning in clang too, the simulation's sources included, and the unit tests in that build.
# when: full
# limit: 20m
# computes: yes
source "$(dirname "$0")/lib.sh"
check build tools/build clang all simulation || exit 1
ctest_label clang unit
