# Builds and runs the user's project in user, after installing the library for find_package:
# cmake -DWAY=... -DSOURCE=... -DBUILD=... -DFOLDER=... -DGENERATOR=... -DCOMPILER=...
#       -DFMT_AND_JSON=... -P check.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(result)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed with ${result}: ${command}")
  endif()
endfunction()

set(prefix "${FOLDER}/prefix")
if(WAY STREQUAL "find_package")
  file(REMOVE_RECURSE "${prefix}")
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")

  file(GLOB_RECURSE expected RELATIVE "${SOURCE}" "${SOURCE}/include/*")
  file(GLOB_RECURSE installed RELATIVE "${prefix}" "${prefix}/include/*")
  if(NOT installed STREQUAL expected)
    message(FATAL_ERROR "installed ${installed}\nexpected ${expected}")
  endif()

  file(GLOB_RECURSE package_files "${prefix}/share/cmake/*")
  foreach(file IN LISTS package_files)
    file(READ "${file}" text)
    string(FIND "${text}" "${SOURCE}" found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${file} refers to ${SOURCE}, so the package cannot be moved")
    endif()
  endforeach()
endif()

run("${CMAKE_COMMAND}"
    --fresh
    -S "${CMAKE_CURRENT_LIST_DIR}/user"
    -B "${FOLDER}/build"
    -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DWAY=${WAY}"
    "-DSOURCE=${SOURCE}"
    "-DFMT_AND_JSON=${FMT_AND_JSON}")
run("${CMAKE_COMMAND}" --build "${FOLDER}/build")
run("${FOLDER}/build/user")
