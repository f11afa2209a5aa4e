# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The libraries that others link, and what `cmake --install` puts where.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(FL_VERSION_DIR ${PROJECT_BINARY_DIR}/public)
configure_file(${PROJECT_SOURCE_DIR}/include/faultline/version.h.in ${FL_VERSION_DIR}/faultline/version.h @ONLY)

# fl_ship(NAME FACE face PARTS part... [NEEDS library...] [LIBS name...] [LANGUAGE CXX] COMPONENTS component...):
# libNAME.so and libNAME.a out of the object library FACE and the static libraries PARTS of our own. Only what is public
# is visible: FAULTLINE_API, by NAME.map. NEEDS: other shipped libraries; LIBS: of the system. Targets:
# faultline::SHORT_shared, faultline::SHORT_static (NAME is faultline-SHORT) and one for each of COMPONENTS.
function(fl_ship name)
  cmake_parse_arguments(S "" "FACE;LANGUAGE" "PARTS;NEEDS;LIBS;COMPONENTS" ${ARGN})
  if(NOT S_LANGUAGE)
    set(S_LANGUAGE C)
  endif()
  set(quiet)
  if(NOT PROJECT_IS_TOP_LEVEL AND NOT FAULTLINE_INSTALL)
    set(quiet EXCLUDE_FROM_ALL)
  endif()
  string(REGEX REPLACE "^faultline-" "" short ${name})
  set_target_properties(${S_FACE} ${S_PARTS} PROPERTIES
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    INTERPROCEDURAL_OPTIMIZATION OFF)
  target_include_directories(${S_FACE} PUBLIC ${PROJECT_SOURCE_DIR}/include ${FL_VERSION_DIR})
  target_link_libraries(${S_FACE} PRIVATE ${S_PARTS})

  set(map ${PROJECT_SOURCE_DIR}/cmake/${name}.map)
  add_library(${name}_shared SHARED ${quiet} $<TARGET_OBJECTS:${S_FACE}>)
  set_target_properties(${name}_shared PROPERTIES OUTPUT_NAME ${name} EXPORT_NAME ${short}_shared LINKER_LANGUAGE ${S_LANGUAGE}
    FL_SHIPPED ON VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${map})
  target_link_options(${name}_shared PRIVATE -Wl,--version-script=${map})
  if(NOT FL_SANITIZE) # whose functions come with the program
    target_link_options(${name}_shared PRIVATE -Wl,--no-undefined)
  endif()
  list(TRANSFORM S_NEEDS APPEND _shared OUTPUT_VARIABLE needed)
  target_link_libraries(${name}_shared PRIVATE ${S_PARTS} ${S_LIBS} PUBLIC ${needed})

  # One object, so that the names which its parts have for each other collide with nobody's.
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
  list(TRANSFORM S_PARTS REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE archives)
  set(weaken)
  if(S_LANGUAGE STREQUAL CXX) # what templates of others are made into, embedders have, too: one of them is enough
    set(weaken COMMAND ${CMAKE_OBJCOPY} --weaken ${object}) # first: what is unique in a program is not made local
  endif()
  set(code)
  if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    set(code -flinker-output=nolto-rel) # an embedder may compile with -flto; what is joined is code all the same
  endif()
  add_custom_command(OUTPUT ${object} COMMENT "Joining ${name}.o" VERBATIM COMMAND_EXPAND_LISTS
    COMMAND ${CMAKE_${S_LANGUAGE}_COMPILER} -r -nostdlib ${code} -Wl,--force-group-allocation -o ${object} $<TARGET_OBJECTS:${S_FACE}>
            -Wl,--start-group ${archives} -Wl,--end-group
    ${weaken}
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${object}
    DEPENDS ${S_FACE} $<TARGET_OBJECTS:${S_FACE}> ${S_PARTS})
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  add_library(${name}_static STATIC ${quiet} ${object})
  set_target_properties(${name}_static PROPERTIES OUTPUT_NAME ${name} EXPORT_NAME ${short}_static LINKER_LANGUAGE ${S_LANGUAGE})
  list(TRANSFORM S_NEEDS APPEND _static OUTPUT_VARIABLE needed)
  target_link_libraries(${name}_static INTERFACE ${needed} ${S_LIBS})

  foreach(kind shared static)
    target_include_directories(${name}_${kind} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<BUILD_INTERFACE:${FL_VERSION_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
  add_library(faultline::${short}_shared ALIAS ${name}_shared)
  add_library(faultline::${short}_static ALIAS ${name}_static)
  set(kind static)
  if(BUILD_SHARED_LIBS)
    set(kind shared)
  endif()
  foreach(component ${S_COMPONENTS})
    if(NOT TARGET faultline::${component})
      add_library(faultline_${component} INTERFACE)
      target_link_libraries(faultline_${component} INTERFACE ${name}_${kind})
      add_library(faultline::${component} ALIAS faultline_${component})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY FL_SHIPPED ${name})
  set_property(GLOBAL APPEND PROPERTY FL_SHIPPED_COMPONENTS ${S_COMPONENTS})
endfunction()

# Headers of components that are not built stay where they are.
function(fl_install_headers)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/faultline/*.h)
  foreach(component ${FL_COMPONENTS})
    if(NOT component IN_LIST FAULTLINE_COMPONENTS)
      list(FILTER headers EXCLUDE REGEX "/${component}[^/]*$")
    endif()
  endforeach()
  if(NOT "fault_core" IN_LIST FAULTLINE_COMPONENTS)
    list(FILTER headers EXCLUDE REGEX "/fault\\.h$")
  endif()
  if(NOT "trace" IN_LIST FAULTLINE_COMPONENTS)
    list(FILTER headers EXCLUDE REGEX "/config\\.h$")
  endif()
  install(FILES ${headers} ${FL_VERSION_DIR}/faultline/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/faultline COMPONENT dev)
endfunction()

# The command with what belongs to it.
function(fl_install_command)
  install(TARGETS faultline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)
  set(share ${PROJECT_BINARY_DIR}/share)
  install(DIRECTORY ${share}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT command)
  foreach(shell bash-completion zsh fish)
    install(DIRECTORY ${share}/${shell} DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT command)
  endforeach()
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/traces ${PROJECT_SOURCE_DIR}/configs
          DESTINATION ${CMAKE_INSTALL_DATADIR}/faultline COMPONENT command FILES_MATCHING PATTERN *.dmat PATTERN *.yaml PATTERN *.hist
          PATTERN README.md PATTERN goldens EXCLUDE PATTERN pcie-bench EXCLUDE)
endfunction()

# fl_install(): called once everything is defined.
function(fl_install)
  get_property(shipped GLOBAL PROPERTY FL_SHIPPED)
  get_property(FL_SHIPPED_COMPONENTS GLOBAL PROPERTY FL_SHIPPED_COMPONENTS)
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/faultline)
  # Where the prefix lies from a .pc file, so that an installation may be moved.
  set(FL_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
  if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(FL_PC_PREFIX "\${pcfiledir}/${up}")
  endif()
  foreach(name ${shipped})
    install(TARGETS ${name}_shared ${name}_static EXPORT faultline
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT lib NAMELINK_COMPONENT dev
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
  endforeach()
  install(EXPORT faultline NAMESPACE faultline:: FILE faultline-targets.cmake DESTINATION ${package} COMPONENT dev)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/faultline-config.cmake.in ${PROJECT_BINARY_DIR}/faultline-config.cmake
                                INSTALL_DESTINATION ${package})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/faultline-config-version.cmake COMPATIBILITY SameMajorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/faultline-config.cmake ${PROJECT_BINARY_DIR}/faultline-config-version.cmake
          DESTINATION ${package} COMPONENT dev)
  fl_install_headers()
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT dev)
  if(FAULTLINE_COMMAND)
    fl_install_command()
  endif()
endfunction()
