# What the tests, examples and benchmarks use: the system's package first, a pinned release otherwise.
# The library itself needs none of it.
include(FetchContent)

macro(lr_scheduler_dependency name repository tag)
  find_package(${name} QUIET)
  if(NOT ${name}_FOUND)
    message(STATUS "${name}: no package found, fetching ${tag}")
    # A commit, of what has no releases, cannot be fetched alone.
    string(REGEX MATCH "^[0-9a-f]+$" is_commit "${tag}")
    set(is_shallow ON)
    if(is_commit)
      set(is_shallow OFF)
    endif()
    FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW ${is_shallow} GIT_SUBMODULES "" SYSTEM)
    FetchContent_MakeAvailable(${name})
  endif()
endmacro()

lr_scheduler_dependency(fmt https://github.com/fmtlib/fmt.git 10.2.1)
set(JSON_BuildTests OFF)
lr_scheduler_dependency(nlohmann_json https://github.com/nlohmann/json.git v3.11.3)
