# Language, build types, warnings and sanitizers: everything lands in the interface target sz_options.

option(SZ_WERROR "Warnings are errors (the developer presets say ON)" OFF)
option(SZ_LTO "Link-time optimisation of the program (gcc)" OFF)
set(SZ_PROFILE "" CACHE STRING "generate: the program notes how it runs; use: it is built for how it ran (tools/build fast does both)")
option(SZ_FUZZ "Build tests/fuzz (clang only: libFuzzer with ASan and UBSan)" OFF)
option(SZ_TESTS "Build the tests" ON)
set(SZ_SANITIZE "" CACHE STRING "Comma-separated list for -fsanitize=, for example address,undefined")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug or Release" FORCE)
endif()

# Frame pointers are for profiles and core files: the program that is built for how it runs does without (1 % of its instructions).
add_library(sz_options INTERFACE)
target_compile_options(sz_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
  $<IF:$<STREQUAL:${SZ_PROFILE},use>,-fomit-frame-pointer,-fno-omit-frame-pointer>
  $<$<BOOL:${SZ_WERROR}>:-Werror>)
if(SZ_LTO)
  # Of the program alone: where tests are built, objects hold both forms, so that they link as fast as before and tools/check-symbols
  # reads plain ones.
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "SZ_LTO is for gcc")
  endif()
  set(CMAKE_AR ${CMAKE_C_COMPILER_AR})
  set(CMAKE_RANLIB ${CMAKE_C_COMPILER_RANLIB})
  target_compile_options(sz_options INTERFACE -flto=auto $<$<BOOL:${SZ_TESTS}>:-ffat-lto-objects>)
  target_link_options(sz_options INTERFACE $<IF:$<STREQUAL:$<TARGET_PROPERTY:NAME>,sanzao>,-flto=auto,-fno-lto>)
endif()
if(SZ_PROFILE)
  # https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/Instrumentation-Options.html and Optimize-Options.html (-fprofile-use). Both
  # forms are built in one folder, for a profile is found by its object's path. Code that no training run came by is built as
  # without a profile, not for size. The first form is thrown away, so it has nothing for a debugger.
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "SZ_PROFILE is for gcc")
  endif()
  set(sz_profile_dir ${PROJECT_BINARY_DIR}/profile)
  if(SZ_PROFILE STREQUAL "generate")
    target_compile_options(sz_options INTERFACE -g0 -fprofile-generate -fprofile-update=prefer-atomic -fprofile-dir=${sz_profile_dir})
    target_link_options(sz_options INTERFACE -fprofile-generate)
  else()
    target_compile_options(sz_options INTERFACE -fprofile-use=${sz_profile_dir} -fprofile-partial-training -Wno-missing-profile)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
      # With a profile gcc writes `rep movsq` and `rep stosq` for copies whose sizes it has seen.
      set(sz_copies -mmemcpy-strategy=unrolled_loop:64:noalign,libcall:-1:noalign -mmemset-strategy=unrolled_loop:64:noalign,libcall:-1:noalign)
      target_compile_options(sz_options INTERFACE ${sz_copies})
      target_link_options(sz_options INTERFACE ${sz_copies})
    endif()
  endif()
endif()
target_include_directories(sz_options INTERFACE ${PROJECT_SOURCE_DIR}/include)

set(sz_sanitize "${SZ_SANITIZE}")
if(SZ_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SZ_FUZZ needs clang: use the preset fuzz")
  endif()
  set(sz_sanitize "address,undefined")
  target_compile_options(sz_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(sz_sanitize)
  target_compile_options(sz_options INTERFACE -fsanitize=${sz_sanitize} -fno-sanitize-recover=all)
  target_link_options(sz_options INTERFACE -fsanitize=${sz_sanitize})
endif()
