# `cmake --install` gives a relocatable tree: bin/braid finds lib/ beside it.
set_target_properties(braid PROPERTIES
  BUILD_RPATH "${BRAID_LIBTORCH}/torch/lib"
  INSTALL_RPATH "$ORIGIN/../lib/torch/lib")
install(TARGETS braid RUNTIME DESTINATION bin)
# The layout inside lib/ is the wheels' own, because their libraries find each other by relative RPATH.
install(DIRECTORY "${BRAID_LIBTORCH}/torch/lib" DESTINATION lib/torch FILES_MATCHING PATTERN "*.so*")
install(DIRECTORY "${BRAID_LIBTORCH}/nvidia" DESTINATION lib OPTIONAL FILES_MATCHING PATTERN "*.so*")
