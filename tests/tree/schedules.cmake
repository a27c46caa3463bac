# Every schedule has a test file of its name, and schedulers.hpp includes it:
#
#   cmake -DHEADERS=<the folder include/lr_scheduler> -DTESTS=<the folder tests> -P schedules.cmake
cmake_minimum_required(VERSION 3.25)

file(STRINGS "${HEADERS}/schedulers.hpp" includes REGEX "^#include <lr_scheduler/schedules/")
file(GLOB headers RELATIVE "${HEADERS}/schedules" "${HEADERS}/schedules/*.hpp")
set(count 0)
foreach(header IN LISTS headers)
  # A header without a name is what schedules share.
  file(STRINGS "${HEADERS}/schedules/${header}" name REGEX "static constexpr std::string_view name = ")
  if(NOT name)
    continue()
  endif()
  math(EXPR count "${count} + 1")
  get_filename_component(schedule "${header}" NAME_WE)
  if(NOT EXISTS "${TESTS}/schedules/${schedule}.test.cpp")
    message(SEND_ERROR "schedules/${header} has no tests/schedules/${schedule}.test.cpp")
  endif()
  if(NOT "#include <lr_scheduler/schedules/${header}>" IN_LIST includes)
    message(SEND_ERROR "schedulers.hpp does not include schedules/${header}")
  endif()
endforeach()
if(count EQUAL 0)
  message(FATAL_ERROR "${HEADERS}/schedules holds no schedule")
endif()
