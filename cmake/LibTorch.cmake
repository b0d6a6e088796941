# Imported targets for the unpacked LibTorch (scripts/dependencies puts it into .deps/libtorch).
#
#   lt::cpu      headers, libtorch_cpu and libc10
#   lt::cudart   the CUDA runtime library that LibTorch itself uses; for the CUDA kernels (cmake/Cuda.cmake)
#
# libtorch_cuda is not linked: libtorch_cuda.so is loaded at start when it and its libraries are there (trainer/device.cpp), so
# that one binary serves machines with and without a GPU. find_package(Torch) is not used because it demands the CUDA toolkit
# even for CPU code and edits global flags.

set(BRAID_LIBTORCH "${CMAKE_SOURCE_DIR}/.deps/libtorch" CACHE PATH
    "Folder with the unpacked wheels (it contains torch/ and nvidia/)")

set(_torch "${BRAID_LIBTORCH}/torch")
set(_cuda_runtime "${BRAID_LIBTORCH}/nvidia/cu13/lib")
if(NOT EXISTS "${_torch}/include/ATen/ATen.h" OR NOT EXISTS "${_torch}/lib/libtorch_cpu.so"
   OR NOT EXISTS "${_cuda_runtime}/libcudart.so.13")
  message(FATAL_ERROR "LibTorch not found in ${BRAID_LIBTORCH}: run scripts/dependencies, or pass -DBRAID_LIBTORCH=DIR")
endif()

add_library(lt_c10 SHARED IMPORTED)
set_target_properties(lt_c10 PROPERTIES IMPORTED_LOCATION "${_torch}/lib/libc10.so")

# The wheel has fmt headers of its own, newer than the system's library: with them every unit would have to compile fmt
# anew. A folder with nothing but the system's fmt goes in front of the wheel's headers.
get_target_property(_fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
find_path(_fmt_headers fmt/format.h HINTS ${_fmt_include} REQUIRED NO_CACHE)
set(_fmt_alone "${CMAKE_BINARY_DIR}/system_fmt")
file(MAKE_DIRECTORY "${_fmt_alone}")
file(CREATE_LINK "${_fmt_headers}/fmt" "${_fmt_alone}/fmt" SYMBOLIC)

add_library(lt_cpu SHARED IMPORTED)
add_library(lt::cpu ALIAS lt_cpu)
set_target_properties(lt_cpu PROPERTIES
  IMPORTED_LOCATION "${_torch}/lib/libtorch_cpu.so"
  INTERFACE_INCLUDE_DIRECTORIES "${_fmt_alone};${_torch}/include;${_torch}/include/torch/csrc/api/include"
  INTERFACE_LINK_LIBRARIES lt_c10
  INTERFACE_COMPILE_DEFINITIONS "USE_DISTRIBUTED;USE_C10D_GLOO")
# libtorch_cpu.so itself needs the small CUDA runtime libraries of the nvidia-* wheels; they are found at run time
# through its own RPATH.
target_link_options(lt_cpu INTERFACE "LINKER:--allow-shlib-undefined" "LINKER:-rpath-link,${_cuda_runtime}")
# ATen's parallel_for is inline code: without OpenMP in the unit that calls it, it is a loop on one thread. The library that
# runs it is LibTorch's own, of which there must be one. Clang's OpenMP calls another one, so there the loop stays.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(lt_cpu INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-fopenmp>")
  target_link_libraries(lt_cpu INTERFACE "${_torch}/lib/libgomp.so.1")
endif()

add_library(lt_cudart SHARED IMPORTED)
add_library(lt::cudart ALIAS lt_cudart)
set_target_properties(lt_cudart PROPERTIES IMPORTED_LOCATION "${_cuda_runtime}/libcudart.so.13")
