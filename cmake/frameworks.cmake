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
