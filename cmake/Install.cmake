# `cmake --install` gives a relocatable tree: bin/braid finds lib/ beside it.
set_target_properties(braid PROPERTIES
  INSTALL_RPATH "$ORIGIN/../lib/torch/lib;$ORIGIN/../lib/nvidia/cu13/lib;$ORIGIN/../lib/arrow")
install(TARGETS braid RUNTIME DESTINATION bin)
# The layout inside lib/ is the wheels' own, because their libraries find each other by relative RPATH.
install(DIRECTORY "${BRAID_LIBTORCH}/torch/lib" DESTINATION lib/torch
  FILES_MATCHING PATTERN "*.so*" PATTERN "libtorch_python.so" EXCLUDE)
install(DIRECTORY "${BRAID_LIBTORCH}/nvidia" DESTINATION lib FILES_MATCHING PATTERN "*.so*" PATTERN "include" EXCLUDE)
install(FILES "${BRAID_ARROW}/pyarrow/libarrow.so.2600" "${BRAID_ARROW}/pyarrow/libparquet.so.2600" DESTINATION lib/arrow)
