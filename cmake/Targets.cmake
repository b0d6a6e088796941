# braid_library(NAME DIR [DEPS...]): the static library of one directory and its subdirectories.
# braid_tests(NAME DIR [DEPS...]): the test binary of tests/DIR.

function(braid_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;$<$<BOOL:${BRAID_WERROR}>:-Werror>>")
  target_compile_definitions(${target} PUBLIC FMT_HEADER_ONLY)
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
