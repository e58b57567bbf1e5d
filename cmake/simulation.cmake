# tests/sim: build/PRESET/tests/simulation, the engine in one thread with twins of everything around it; and
# tests/simulation-mutants, the same with engine and timeline built anew so that they can be had wrong (SZ_MUTANTS).
# Both are optimised in every preset but keep their assertions: thousands of seeds are to run. They are built where they
# are asked for by name (CI: in release), so warnings are errors in every preset; what of
# tests/sim does not look at the mutants is compiled once for both.

if(NOT SZ_TESTS)
  return()
endif()

file(GLOB sim_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/sim/*.c")
list(FILTER sim_sources EXCLUDE REGEX "/main\\.c$")

function(sz_simulated target)
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
  target_compile_options(${target} PRIVATE -O2 -UNDEBUG -Werror)
  set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL TRUE)
endfunction()

add_library(sz_sim OBJECT ${sim_sources})
sz_simulated(sz_sim)
target_link_libraries(sz_sim PRIVATE sz_options)

function(sz_simulation name)
  add_executable(${name} "${PROJECT_SOURCE_DIR}/tests/sim/main.c")
  sz_simulated(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE sz_sim sz_options ${ARGN} m)
endfunction()

file(GLOB mutable_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/engine/*.c" "${PROJECT_SOURCE_DIR}/src/timeline/*.c")
add_library(sz_mutants STATIC ${mutable_sources})
sz_language(sz_mutants FALSE)
target_compile_definitions(sz_mutants PUBLIC SZ_MUTANTS)
target_compile_options(sz_mutants PRIVATE -O2 -Werror)
set_target_properties(sz_mutants PROPERTIES EXCLUDE_FROM_ALL TRUE)
target_link_libraries(sz_mutants PRIVATE sz_options PUBLIC sz_rules sz_features sz_expr sz_campus sz_model sz_base)

sz_simulation(simulation sz_engine)
sz_simulation(simulation-mutants sz_mutants)
