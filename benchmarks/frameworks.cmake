if(TARGET lr_scheduler_libtorch)
  add_executable(libtorch_benchmark libtorch.cpp)
  target_link_libraries(libtorch_benchmark PRIVATE lr_scheduler_development lr_scheduler_libtorch
                                                   benchmark::benchmark)
  add_dependencies(lr_scheduler_frameworks libtorch_benchmark)
endif()
