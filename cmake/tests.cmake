# tests/unit/test_*.c and tests/contract/test_*.c: one program each with cmocka and every module, in ctest under the
# label of its folder, with the other sources of the folder (suites). tests/support/*.c is linked to all of them;
# tests/reference and the like come through it.
# tests/integration/*.c: programs that the tests against servers run.
# tests/fuzz/fuzz_*.c: libFuzzer programs, with SZ_FUZZ only. Tests run from the project's root.
# unit_programs, contract_programs, fuzz_programs: all of a kind and nothing else.

if(NOT SZ_TESTS)
  return()
endif()
enable_testing()

file(GLOB support CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/support/*.c")
if(support)
  add_library(sz_test_support STATIC ${support})
  target_compile_definitions(sz_test_support PRIVATE _GNU_SOURCE)
  target_link_libraries(sz_test_support PRIVATE sz_options PUBLIC sz_all)
else()
  add_library(sz_test_support INTERFACE)
  target_link_libraries(sz_test_support INTERFACE sz_all)
endif()

function(sz_test_program name folder source)
  add_executable(${name} ${source})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/${folder}")
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE sz_options sz_test_support sz_all ${ARGN})
endfunction()

foreach(folder unit contract)
  add_custom_target(${folder}_programs)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.c")
  file(GLOB suites CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/*.c")
  list(FILTER suites EXCLUDE REGEX "/test_[^/]*$")
  if(suites)
    add_library(sz_${folder}_suites OBJECT ${suites})
    target_compile_definitions(sz_${folder}_suites PRIVATE _GNU_SOURCE)
    target_include_directories(sz_${folder}_suites PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(sz_${folder}_suites PRIVATE sz_options sz_test_support sz_all sz::cmocka)
  endif()
  foreach(source ${sources})
    cmake_path(GET source STEM name)
    set(target ${folder}_${name})
    sz_test_program(${target} ${folder} ${source} sz::cmocka)
    add_dependencies(${folder}_programs ${target})
    if(suites)
      target_link_libraries(${target} PRIVATE sz_${folder}_suites)
    endif()
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
    add_test(NAME ${folder}.${name} COMMAND ${target} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(${folder}.${name} PROPERTIES LABELS ${folder} TIMEOUT 900)
    if(TARGET sanzao)
      set_tests_properties(${folder}.${name} PROPERTIES ENVIRONMENT "SANZAO=$<TARGET_FILE:sanzao>")
    endif()
  endforeach()
endforeach()

# Programs that tests/integration/test_*.py lead against servers.
file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/integration/*.c")
foreach(source ${sources})
  cmake_path(GET source STEM name)
  sz_test_program(integration_${name} integration ${source})
  set_target_properties(integration_${name} PROPERTIES OUTPUT_NAME ${name})
endforeach()

if(SZ_FUZZ)
  add_custom_target(fuzz_programs) # what `tests/fuzz/run` builds
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz_*.c")
  foreach(source ${sources})
    cmake_path(GET source STEM name)
    sz_test_program(${name} fuzz ${source})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_programs ${name})
  endforeach()
endif()

# The longest first, or one of them is left alone at the end: the first waits for brokers that never answer. Without costs it goes by name.
set_property(TEST unit.test_stream_kafka PROPERTY COST 60)
set_property(TEST unit.test_engine_parts_sources PROPERTY COST 40)
set_property(TEST unit.test_engine_forms unit.test_engine_regroup PROPERTY COST 20)

# What the tests against real servers need beside the program: build/PRESET/tests/topic.
add_executable(topic tests/support/servers/topic.c)
set_target_properties(topic PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
target_compile_definitions(topic PRIVATE _POSIX_C_SOURCE=200809L)
target_link_libraries(topic PRIVATE sz_options sz::rdkafka sz::yyjson)

# A host with a wrong clock, for LD_PRELOAD: build/PRESET/tests/clock_shift.so.
add_library(clock_shift MODULE tests/support/servers/clock_shift.c)
set_target_properties(clock_shift PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
target_compile_definitions(clock_shift PRIVATE _GNU_SOURCE)
target_link_libraries(clock_shift PRIVATE sz_options)
