# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Which SystemC there is, and the C++ standard that it was built with: programs of another standard do not link, by a symbol
# that its headers ask for (2.3.4 of Debian 12: C++17 only; 3.0 and what somebody built: whatever the compiler had then).
#
# fl_find_systemc(): sets SYSTEMC_INCLUDE, SYSTEMC_LIBRARY, SYSTEMC_VERSION and FL_CXX_STANDARD.
# SystemC that is elsewhere: -DSYSTEMC_INCLUDE=... -DSYSTEMC_LIBRARY=..., CMAKE_PREFIX_PATH, or SYSTEMC_HOME.
function(fl_find_systemc)
  find_path(SYSTEMC_INCLUDE systemc HINTS ENV SYSTEMC_HOME PATH_SUFFIXES include REQUIRED)
  find_library(SYSTEMC_LIBRARY systemc HINTS ENV SYSTEMC_HOME PATH_SUFFIXES lib lib64 lib-linux64 REQUIRED)
  if(FL_CXX_STANDARD AND FL_SYSTEMC_PROBED STREQUAL SYSTEMC_LIBRARY)
    return()
  endif()
  file(STRINGS ${SYSTEMC_INCLUDE}/sysc/kernel/sc_ver.h numbers REGEX "#define +SC_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
  list(TRANSFORM numbers REPLACE ".* ([0-9]+).*" "\\1")
  list(JOIN numbers "." version)

  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads REQUIRED)
  # sc_main() is the program's; whatever SystemC calls must be there, and be of the same standard.
  set(probe ${CMAKE_CURRENT_BINARY_DIR}/systemc-probe.cpp)
  file(WRITE ${probe} "#include <systemc>\nint sc_main(int, char **) { sc_core::sc_start(sc_core::SC_ZERO_TIME); return 0; }\n")
  foreach(standard 17 20 23)
    try_compile(FL_SYSTEMC_LINKS ${CMAKE_CURRENT_BINARY_DIR}/systemc-${standard} ${probe}
                CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${SYSTEMC_INCLUDE} LINK_LIBRARIES ${SYSTEMC_LIBRARY} Threads::Threads
                CXX_STANDARD ${standard} CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS ON OUTPUT_VARIABLE said)
    if(FL_SYSTEMC_LINKS)
      set(FL_CXX_STANDARD ${standard} CACHE STRING "C++ standard of SystemC, and so of the models" FORCE)
      set(SYSTEMC_VERSION ${version} CACHE STRING "Version of SystemC" FORCE)
      set(FL_SYSTEMC_PROBED ${SYSTEMC_LIBRARY} CACHE INTERNAL "What FL_CXX_STANDARD is of")
      message(STATUS "SystemC ${version}, C++${standard}: ${SYSTEMC_LIBRARY}")
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${SYSTEMC_LIBRARY}: no C++ standard (17, 20, 23) links with SystemC ${version}:\n${said}")
endfunction()
