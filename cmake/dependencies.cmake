# Third-party libraries as imported targets sz::NAME. Headers and libraries are looked for in the project's own
# prefix first (.deps, made by tools/setup where the system's Debian lacks a package), then in the system.

find_package(Threads REQUIRED)
set(sz_deps "${PROJECT_SOURCE_DIR}/.deps/usr")

function(sz_find name)
  cmake_parse_arguments(A "" "HEADER;LIB;PACKAGE" "" ${ARGN})
  find_path(SZ_${name}_INCLUDE ${A_HEADER} HINTS "${sz_deps}/include")
  find_library(SZ_${name}_LIBRARY ${A_LIB} HINTS "${sz_deps}/lib/${CMAKE_C_LIBRARY_ARCHITECTURE}" "${sz_deps}/lib")
  mark_as_advanced(SZ_${name}_INCLUDE SZ_${name}_LIBRARY)
  if(NOT SZ_${name}_INCLUDE OR NOT SZ_${name}_LIBRARY)
    message(FATAL_ERROR "${A_HEADER} or lib${A_LIB} (${A_PACKAGE}) not found: run tools/setup")
  endif()
  add_library(sz::${name} UNKNOWN IMPORTED)
  set_target_properties(sz::${name} PROPERTIES
    IMPORTED_LOCATION "${SZ_${name}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SZ_${name}_INCLUDE}")
endfunction()

sz_find(yyjson  HEADER yyjson.h  LIB yyjson  PACKAGE libyyjson-dev)
sz_find(libyaml HEADER yaml.h    LIB yaml    PACKAGE libyaml-dev)
sz_find(sqlite  HEADER sqlite3.h LIB sqlite3 PACKAGE libsqlite3-dev)
sz_find(zlib    HEADER zlib.h    LIB z       PACKAGE zlib1g-dev)
sz_find(zstd    HEADER zstd.h    LIB zstd    PACKAGE libzstd-dev)
sz_find(xxhash  HEADER xxhash.h  LIB xxhash  PACKAGE libxxhash-dev)
sz_find(rdkafka HEADER librdkafka/rdkafka.h LIB rdkafka PACKAGE librdkafka-dev)
sz_find(hiredis HEADER hiredis/hiredis.h    LIB hiredis PACKAGE libhiredis-dev)
sz_find(hiredis_ssl HEADER hiredis/hiredis_ssl.h LIB hiredis_ssl PACKAGE libhiredis-dev)
sz_find(crypto  HEADER openssl/crypto.h LIB crypto PACKAGE libssl-dev)
sz_find(openssl HEADER openssl/ssl.h    LIB ssl    PACKAGE libssl-dev)
target_link_libraries(sz::openssl INTERFACE sz::crypto)
target_link_libraries(sz::hiredis_ssl INTERFACE sz::hiredis sz::openssl)
sz_find(pcre2   HEADER pcre2.h   LIB pcre2-8 PACKAGE libpcre2-dev)
set_target_properties(sz::pcre2 PROPERTIES INTERFACE_COMPILE_DEFINITIONS PCRE2_CODE_UNIT_WIDTH=8)
if(SZ_TESTS)
  sz_find(cmocka HEADER cmocka.h LIB cmocka PACKAGE libcmocka-dev)
endif()

# Where the program finds those that the system's loader does not know by itself, as in .deps. What CMake writes on its own ends in an empty entry
# (room for `install` to change it): the loader takes that for the current folder, and would look there for a library before it asks the system.
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
get_directory_property(sz_imported IMPORTED_TARGETS)
foreach(library IN LISTS sz_imported)
  get_target_property(file ${library} IMPORTED_LOCATION)
  if(file)
    get_filename_component(folder "${file}" DIRECTORY)
    if(NOT folder IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
      list(APPEND CMAKE_INSTALL_RPATH "${folder}")
      list(APPEND sz_carried "${file}")
    endif()
  endif()
endforeach()
list(REMOVE_DUPLICATES CMAKE_INSTALL_RPATH)

# What is installed has to run without this folder: it takes those libraries along, and looks for them beside itself alone.
function(sz_install_libraries name)
  if(NOT sz_carried)
    return()
  endif()
  install(CODE "
    file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/sanzao\" TYPE FILE FOLLOW_SYMLINK_CHAIN FILES ${sz_carried})
    file(RPATH_CHANGE FILE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin/${name}\"
      OLD_RPATH \"$<JOIN:${CMAKE_INSTALL_RPATH},:>\" NEW_RPATH \"\\\$ORIGIN/../lib/sanzao\")")
endfunction()
