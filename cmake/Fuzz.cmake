# braid_fuzzers(DEPS...): an executable fuzz_NAME for each tests/fuzz/NAME_fuzzer.cpp.
#
# With BRAID_FUZZER (preset "fuzz", clang) they are libFuzzer binaries. Otherwise a small driver runs
# every committed input and a fixed number of mutations of it: the short run among the tests.

option(BRAID_FUZZER "Link the fuzzers with libFuzzer (clang only)" OFF)

function(braid_fuzzers)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzzer.cpp")
  foreach(source ${sources})
    get_filename_component(stem "${source}" NAME_WE)
    string(REGEX REPLACE "_fuzzer$" "" name "${stem}")
    set(target fuzz_${name})
    add_executable(${target} "${source}")
    braid_options(${target})
    target_link_libraries(${target} PRIVATE ${ARGN})
    target_compile_definitions(${target} PRIVATE BRAID_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    if(BRAID_FUZZER)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.cpp")
      add_test(NAME ${target} COMMAND ${target} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
      set_tests_properties(${target} PROPERTIES TIMEOUT 300)
    endif()
  endforeach()
endfunction()
