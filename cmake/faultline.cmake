# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How a unit of src/ becomes a library and a suite of tests/ becomes a test.

if(FL_ALL OR "trace" IN_LIST FAULTLINE_COMPONENTS OR "tlm" IN_LIST FAULTLINE_COMPONENTS)
  find_package(PkgConfig REQUIRED)
  find_package(ZLIB REQUIRED)
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter -fno-strict-aliasing
                    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>)
# The contract between engines and their holders is watched at every access: see src/engine/engine.h.
add_compile_definitions($<$<CONFIG:Debug>:FL_CHECKED>)
if(FL_SANITIZE)
  add_compile_options(-fsanitize=${FL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FL_SANITIZE})
endif()
# Only src/ is counted: each process of a test writes a file for each object that counts.
if(FL_COVERAGE)
  set(FL_COUNTED --coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# What ccache must be told to keep what is compiled with a precompiled header.
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache$")
  list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

# fl_systemc(TARGET): its files are C++ and begin with SystemC, as those of models/ do; what that costs the compiler is paid
# once. Sanitizers double what templates cost: there fl_models is compiled several files at a time, and UBSan watches the
# models, not the C++ of the tests.
function(fl_systemc target)
  if(NOT target STREQUAL fl_models)
    target_precompile_headers(${target} REUSE_FROM fl_models)
    target_compile_options(${target} PRIVATE -fPIC -pthread) # as fl_models, which others link
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
  if(FL_SANITIZE AND target STREQUAL fl_models)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  elseif(FL_SANITIZE MATCHES undefined AND NOT target STREQUAL fl_platform)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

# fl_face(NAME FOLDER SCOPE): who links NAME sees the folder's headers but those named *_priv.h. They come by a folder of
# links, so that a private header of another folder is not found.
function(fl_face name folder scope)
  get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  set(face ${PROJECT_BINARY_DIR}/include/${name})
  file(REMOVE_RECURSE ${face})
  file(MAKE_DIRECTORY ${face})
  file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.h ${folder}/*.def)
  list(FILTER headers EXCLUDE REGEX "_priv\\.h$")
  foreach(header ${headers})
    get_filename_component(file ${header} NAME)
    file(CREATE_LINK ${header} ${face}/${file} SYMBOLIC)
  endforeach()
  target_include_directories(${name} ${scope} ${face} ${PROJECT_SOURCE_DIR}/src/env/posix)
  # Where bugs go; a library of fl_ship() has that for all others.
  target_link_libraries(${name} ${scope} $<$<NOT:$<BOOL:$<TARGET_PROPERTY:FL_SHIPPED>>>:fl_bug>)
endfunction()

# fl_library(NAME [FOLDER folder] sources...): a static library of one folder of src/, in user space's environment.
function(fl_library name)
  cmake_parse_arguments(L "" "FOLDER" "" ${ARGN})
  add_library(${name} STATIC ${L_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${L_FOLDER})
  target_compile_options(${name} PRIVATE ${FL_COUNTED})
  fl_face(${name} "${L_FOLDER}" PUBLIC)
endfunction()

# fl_test(NAME SOURCES ... LIBS ... [LABELS ...]): one Check suite, one executable, one ctest entry.
# Labels: threads (also run under TSan), release-only (not run under the sanitizers).
# Suites of the engines get the label msan: they also run under clang's MSan, which wants every library that
# writes memory built with it. So those that replay traces or read snapshots (zlib, YAML)
# are none of them; see tests/support/msan_check.c for Check itself.
if(FAULTLINE_TESTS)
  add_custom_target(tsan-tests)
  add_custom_target(msan-tests)
endif()
set(FL_MSAN_FOLDERS engine pt smmuv2 smmuv3 vtd)
# Minutes under a sanitizer, which sees the same code in shorter suites.
set(FL_LONG test_contract_models test_fit test_import_reports test_import_robust test_interop_models
    test_replay_iommus test_replay_timed test_replay_traces test_series test_smmuv2_image test_smmuv3_image test_stall_board
    test_stall_random test_timeline test_trace_gen test_vtd_image)
# The next longest: begun early, so that no processor waits at the end. What has taken its time before has its order from that.
set(FL_EARLY test_dmat test_import_log test_lying_hardware test_smmuv3_random)
# A test's limit is seconds of the processor, in each of its processes: a busy machine takes longer, and that is no failure.
# What waits for ever uses none: FL_LAST_STOP ends it.
set(FL_LIMITED sh -c [[ulimit -t "$0" && exec "$@"]])
set(FL_LAST_STOP 3600)
function(fl_limited_test name seconds)
  add_test(NAME ${name} COMMAND ${FL_LIMITED} ${seconds} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${FL_LAST_STOP})
endfunction()
function(fl_test name)
  cmake_parse_arguments(T "" "LIMIT" "SOURCES;LIBS;LABELS" ${ARGN})
  pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
  add_executable(${name} ${T_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support)
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CHECK)
  target_compile_definitions(${name} PRIVATE FL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(T_SOURCES MATCHES "\\.cpp$")
    fl_systemc(${name})
  endif()
  if(NOT T_LIMIT)
    set(T_LIMIT 300)
  endif()
  fl_limited_test(${name} ${T_LIMIT} $<TARGET_FILE:${name}>)
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  if(folder IN_LIST FL_MSAN_FOLDERS AND NOT "fl_replay" IN_LIST T_LIBS AND NOT name MATCHES "snapshot|smmuv3_drv_")
    list(APPEND T_LABELS msan)
    if(FL_SANITIZE MATCHES memory)
      target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/msan_check.c)
    endif()
    add_dependencies(msan-tests ${name})
  endif()
  if(name IN_LIST FL_LONG)
    list(APPEND T_LABELS release-only)
    set_tests_properties(${name} PROPERTIES COST 100)
  elseif(name IN_LIST FL_EARLY)
    set_tests_properties(${name} PROPERTIES COST 30)
  endif()
  if(FL_SANITIZE AND "release-only" IN_LIST T_LABELS)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}")
  set(env "CK_DEFAULT_TIMEOUT=0") # Check's own limit is by the clock
  # A fork copies MSan's shadow of everything: fifty times the price of the test itself. The drivers' tests need theirs.
  if(FL_SANITIZE MATCHES memory AND NOT name MATCHES "_driver$|_drv_")
    list(APPEND env "CK_FORK=no")
  endif()
  # The leak checker does not see what SystemC's coroutines and Check's main stack hold: false alarms only.
  if("fl_models" IN_LIST T_LIBS)
    target_link_libraries(${name} PRIVATE $<TARGET_OBJECTS:fl_no_sc_main>)
  endif()
  if("fl_models" IN_LIST T_LIBS OR "fl_platform" IN_LIST T_LIBS)
    list(APPEND env "ASAN_OPTIONS=detect_leaks=0")
  endif()
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${env}")
  if("threads" IN_LIST T_LABELS)
    add_dependencies(tsan-tests ${name})
  endif()
endfunction()
