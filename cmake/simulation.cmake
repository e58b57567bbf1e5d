# tests/sim: build/PRESET/tests/simulation, the engine in one thread with twins of everything around it; and
# tests/simulation-mutants, the same with engine and timeline built anew so that they can be had wrong (SZ_MUTANTS).
# Both are optimised in every preset but keep their assertions: thousands of seeds are to run.

if(NOT SZ_TESTS)
  return()
endif()

file(GLOB sim_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/sim/*.c")

function(sz_simulation name)
  add_executable(${name} ${sim_sources})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_compile_definitions(${name} PRIVATE _POSIX_C_SOURCE=200809L)
  target_compile_options(${name} PRIVATE -O2 -UNDEBUG)
  target_link_libraries(${name} PRIVATE sz_options ${ARGN} m)
endfunction()

file(GLOB mutable_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/engine/*.c" "${PROJECT_SOURCE_DIR}/src/timeline/*.c")
add_library(sz_mutants STATIC ${mutable_sources})
sz_language(sz_mutants FALSE)
target_compile_definitions(sz_mutants PUBLIC SZ_MUTANTS)
target_compile_options(sz_mutants PRIVATE -O2)
target_link_libraries(sz_mutants PRIVATE sz_options PUBLIC sz_rules sz_features sz_expr sz_campus sz_model sz_base)

sz_simulation(simulation sz_engine)
sz_simulation(simulation-mutants sz_mutants)
