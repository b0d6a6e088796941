# braid_cuda_kernels(TARGET DIR): the kernels DIR/*.cu join a library when nvcc 13 is found (the wheels are built with CUDA 13).
# The library then has the compile definition BRAID_HAS_CUDA_KERNELS. The binary starts on machines without a GPU all the same:
# the CUDA runtime looks for a driver only when it is first used.
#
# Included before the first target: CMake initialises a target's CUDA properties when it is made.

function(braid_cuda_kernels target dir)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${dir}/*.cu")
  if(NOT sources OR NOT BRAID_HAS_NVCC)
    return()
  endif()
  target_sources(${target} PRIVATE ${sources})
  target_compile_definitions(${target} PUBLIC BRAID_HAS_CUDA_KERNELS)
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;-Xcompiler=-Wall,-Wextra;$<$<BOOL:${BRAID_WERROR}>:-Xcompiler=-Werror>>")
  target_link_libraries(${target} PUBLIC lt::cudart)
endfunction()

option(BRAID_CUDA_KERNELS "Compile the CUDA kernels when nvcc 13 is found" ON)
if(NOT BRAID_CUDA_KERNELS)
  return()
endif()

# nvcc compiles the host side with the compiler that everything else is compiled with.
if(NOT DEFINED ENV{CUDAHOSTCXX})
  set(ENV{CUDAHOSTCXX} "${CMAKE_CXX_COMPILER}")
endif()
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 90)  # A100; H100; PTX for what comes after
endif()
# Only one CUDA runtime may be in the process: LibTorch's shared one, linked below.
set(CMAKE_CUDA_RUNTIME_LIBRARY None)

include(CheckLanguage)
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  message(STATUS "No usable nvcc: the CUDA kernels are left out")
  return()
endif()
enable_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER_VERSION MATCHES "^13\\.")
  message(STATUS "nvcc is ${CMAKE_CUDA_COMPILER_VERSION}, LibTorch is built with CUDA 13: the CUDA kernels are left out")
  return()
endif()
if(CCACHE)
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${CCACHE}")
endif()
# CMake before 3.26 does not know that nvcc has C++20.
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
set(BRAID_HAS_NVCC ON)
