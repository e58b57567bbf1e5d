# Without a warning in clang too, and the unit tests in that build.
# when: full
# builds: clang
# limit: 20m
source "$(dirname "$0")/lib.sh"
check build tools/build clang || exit 1
ctest_label clang unit
