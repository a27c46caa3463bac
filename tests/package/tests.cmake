# The library as its users take it in.
foreach(way IN ITEMS find_package add_subdirectory FetchContent)
  add_test(
    NAME package.${way}
    COMMAND
      "${CMAKE_COMMAND}" "-DWAY=${way}" "-DSOURCE=${PROJECT_SOURCE_DIR}"
      "-DBUILD=${PROJECT_BINARY_DIR}" "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/package/${way}"
      "-DGENERATOR=${CMAKE_GENERATOR}" "-DCOMPILER=${CMAKE_CXX_COMPILER}"
      "-DFMT_AND_JSON=$<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>;$<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_INCLUDE_DIRECTORIES>"
      -P "${CMAKE_CURRENT_LIST_DIR}/check.cmake")
endforeach()

# Target lr_scheduler_headers_verify_interface_header_sets: each header compiles alone.
get_target_property(header_set lr_scheduler HEADER_SET)
list(FILTER header_set EXCLUDE REGEX "/adapters/(dlib|ensmallen|ggml|libtorch)\\.hpp$")
add_library(lr_scheduler_headers INTERFACE)
target_sources(lr_scheduler_headers INTERFACE FILE_SET HEADERS BASE_DIRS
                                              "${PROJECT_SOURCE_DIR}/include" FILES ${header_set})
target_link_libraries(lr_scheduler_headers INTERFACE lr_scheduler_development fmt::fmt
                                                     nlohmann_json::nlohmann_json)
set_target_properties(lr_scheduler_headers PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
