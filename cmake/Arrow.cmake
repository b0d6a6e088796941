# Imported targets for the unpacked Arrow (scripts/dependencies puts it into .deps/arrow).
#
#   arrow::parquet   headers, libparquet and libarrow

set(BRAID_ARROW "${CMAKE_SOURCE_DIR}/.deps/arrow" CACHE PATH "Folder with the unpacked pyarrow wheel (it contains pyarrow/)")

set(_arrow "${BRAID_ARROW}/pyarrow")
if(NOT EXISTS "${_arrow}/include/parquet/arrow/reader.h" OR NOT EXISTS "${_arrow}/libarrow.so.2600"
   OR NOT EXISTS "${_arrow}/libparquet.so.2600")
  message(FATAL_ERROR "Arrow not found in ${BRAID_ARROW}: run scripts/dependencies, or pass -DBRAID_ARROW=DIR")
endif()

add_library(arrow_arrow SHARED IMPORTED)
set_target_properties(arrow_arrow PROPERTIES IMPORTED_LOCATION "${_arrow}/libarrow.so.2600")

add_library(arrow_parquet SHARED IMPORTED)
add_library(arrow::parquet ALIAS arrow_parquet)
set_target_properties(arrow_parquet PROPERTIES
  IMPORTED_LOCATION "${_arrow}/libparquet.so.2600"
  INTERFACE_INCLUDE_DIRECTORIES "${_arrow}/include"
  INTERFACE_LINK_LIBRARIES arrow_arrow)
