# rc_module(name DEPS ...): src/<name>/**/*.cpp becomes the static library rustcoder_<name>; a folder that has no sources
# yet is an interface target. src/repair/rules/ is an object library of its own, because rules register themselves from
# static initialisers, which an archive would drop: programs take them in with rc_with_rules(target).
function(rc_module name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/src/repair/rules/")
  if(sources)
    add_library(rustcoder_${name} STATIC ${sources})
    target_link_libraries(rustcoder_${name} PUBLIC rc_settings ${ARG_DEPS})
    rc_precompile(rustcoder_${name})
  else()
    add_library(rustcoder_${name} INTERFACE)
    target_link_libraries(rustcoder_${name} INTERFACE rc_settings ${ARG_DEPS})
  endif()
endfunction()

function(rc_rules)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/repair/rules/*.cpp)
  if(sources)
    add_library(rustcoder_rules OBJECT ${sources})
    target_link_libraries(rustcoder_rules PRIVATE rustcoder_repair)
    rc_precompile(rustcoder_rules)
  endif()
endfunction()

function(rc_with_rules target)
  if(TARGET rustcoder_rules)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:rustcoder_rules>)
  endif()
endfunction()

# rc_program(name SOURCES_DIR dir DEPS ...): an executable from src/<dir>/*.cpp.
function(rc_program name)
  cmake_parse_arguments(ARG "" "SOURCES_DIR" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${ARG_SOURCES_DIR}/*.cpp)
  if(sources)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE rc_settings ${ARG_DEPS})
    target_compile_definitions(${name} PRIVATE RC_VERSION="${PROJECT_VERSION}")
    rc_with_rules(${name})
  endif()
endfunction()

# One precompiled header, made for base and used by all: the flags of the modules are the same.
function(rc_precompile target)
  if(RC_PCH AND target STREQUAL "rustcoder_base")
    target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)
  elseif(RC_PCH)
    target_precompile_headers(${target} REUSE_FROM rustcoder_base)
  endif()
endfunction()

# The library that turns a program into its own fork server, carried as bytes inside `target`. No sanitizer and no C++
# library in it: it is preloaded into other people's programs.
function(rc_fork_library target)
  set(file ${CMAKE_BINARY_DIR}/preload/rustcoder_fork.so)
  add_library(rustcoder_fork MODULE ${CMAKE_SOURCE_DIR}/src/process/preload/fork_preload.cc)
  set_target_properties(rustcoder_fork PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/preload)
  target_include_directories(rustcoder_fork PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(rustcoder_fork PRIVATE -Wall -Wextra -fno-exceptions -fno-rtti -fno-threadsafe-statics
                         -fvisibility=hidden -fno-sanitize=all)
  target_link_options(rustcoder_fork PRIVATE -Wl,--as-needed -s)
  set(source ${CMAKE_SOURCE_DIR}/src/process/fork_server.cpp)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file}
                              COMPILE_DEFINITIONS "RC_FORK_LIBRARY=\"${file}\"")
  add_dependencies(${target} rustcoder_fork)
endfunction()
