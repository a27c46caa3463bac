# The frameworks that the adapters are tried on. One that is missing leaves its targets out.
add_custom_target(lr_scheduler_frameworks)

find_package(Torch QUIET)
if(Torch_FOUND)
  message(STATUS "libtorch ${Torch_VERSION}: ${TORCH_LIBRARY}")
  add_library(lr_scheduler_libtorch INTERFACE)
  separate_arguments(torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(lr_scheduler_libtorch INTERFACE ${torch_flags})
  target_link_libraries(lr_scheduler_libtorch INTERFACE ${TORCH_LIBRARIES})
else()
  message(STATUS "libtorch: not found, its tests, example and benchmark are left out")
endif()

find_package(dlib QUIET)
if(dlib_FOUND)
  message(STATUS "dlib ${dlib_VERSION}: ${dlib_DIR}")
else()
  message(STATUS "dlib: not found, its tests and example are left out")
endif()

set(MPI_CXX_SKIP_MPICXX ON) # the removed C++ bindings
find_package(MPI QUIET COMPONENTS CXX)
if(MPI_CXX_FOUND)
  message(STATUS "MPI ${MPI_CXX_VERSION}: ${MPIEXEC_EXECUTABLE}")
else()
  message(STATUS "MPI: not found, the distributed example is left out")
endif()

# What no package brings: the sources at the commits that docs/adapters.md names, from a folder that
# FETCHCONTENT_SOURCE_DIR_<NAME> says, or fetched where that is allowed.
option(LR_SCHEDULER_FETCH_FRAMEWORKS "Fetch ggml, ensmallen and tiny-dnn" OFF)
include(FetchContent)

macro(lr_scheduler_framework_sources name repository commit)
  string(TOUPPER ${name} upper_name)
  if(LR_SCHEDULER_FETCH_FRAMEWORKS OR FETCHCONTENT_SOURCE_DIR_${upper_name})
    FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${commit} SYSTEM ${ARGN})
    FetchContent_MakeAvailable(${name})
    message(STATUS "${name}: ${${name}_SOURCE_DIR}")
  else()
    message(STATUS "${name}: no sources given, its tests are left out")
  endif()
endmacro()

foreach(option IN ITEMS GGML_BUILD_TESTS GGML_BUILD_EXAMPLES GGML_OPENMP GGML_NATIVE)
  set(${option} OFF)
endforeach()
lr_scheduler_framework_sources(ggml https://github.com/ggml-org/ggml.git
                               d99724f2b141fed9e1a9f402213506c081433465)

# Headers alone: SOURCE_SUBDIR names no folder that could be built.
find_package(Armadillo QUIET)
if(ARMADILLO_FOUND)
  lr_scheduler_framework_sources(ensmallen https://github.com/mlpack/ensmallen.git
                                 f65354c0420b29346ec485ef7d33c3d7766ce9d1 SOURCE_SUBDIR none)
else()
  message(STATUS "ensmallen: no Armadillo found, its tests are left out")
endif()
lr_scheduler_framework_sources(tiny_dnn https://github.com/tiny-dnn/tiny-dnn.git
                               c0f576f5cb7b35893f62127cb7aec18f77a3bcc5 SOURCE_SUBDIR none)
