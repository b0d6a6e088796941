# braid_library(NAME DIR [DEPS...]): the static library of one directory and its subdirectories.
# braid_tests(NAME DIR [DEPS...]): the test binary of tests/DIR.
# braid_precompiled_headers(TARGET HEADERS...): TARGET makes a precompiled header.
# braid_reuse_headers(FROM TARGETS...): TARGETS use the one that FROM makes.

function(braid_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;$<$<BOOL:${BRAID_WERROR}>:-Werror>>")
  # GCC 12 gives false alarms on literals that become std::string (its bugs 105329 and 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>")
  endif()
  if(BRAID_SANITIZE)
    target_compile_options(${target} PUBLIC
      "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${BRAID_SANITIZE};-fno-sanitize-recover=all;-fno-omit-frame-pointer>")
    target_link_options(${target} PUBLIC -fsanitize=${BRAID_SANITIZE})
  endif()
endfunction()

function(braid_library name dir)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${dir}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${name} STATIC ${sources})
  braid_options(${name})
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()

# The headers of libraries cost more than most of our own code: they are parsed once for all targets.
function(braid_precompiled_headers target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  _braid_cacheable_headers(${target})
endfunction()

function(braid_reuse_headers from)
  foreach(target ${ARGN})
    target_precompile_headers(${target} REUSE_FROM ${from})
    _braid_cacheable_headers(${target})
  endforeach()
endfunction()

# With GNU compilers ccache needs the option to see that a precompiled header is used.
function(_braid_cacheable_headers target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>")
  endif()
endfunction()

function(braid_tests name dir)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${dir}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  braid_options(${name})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    BRAID_SOURCE_DIR="${CMAKE_SOURCE_DIR}" BRAID_BINARY="$<TARGET_FILE:braid>")
  # One ctest entry per binary: starting a LibTorch process costs more than most tests.
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "OMP_NUM_THREADS=2;GOMP_SPINCOUNT=10000" TIMEOUT 1200)
endfunction()

# braid_bench(NAME DEPS...): the benchmark tests/bench/NAME_bench.cpp as bench_NAME, built when it is asked for by name.
function(braid_bench name)
  add_executable(bench_${name} EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/tests/bench/${name}_bench.cpp")
  braid_options(bench_${name})
  target_link_libraries(bench_${name} PRIVATE ${ARGN})
endfunction()
