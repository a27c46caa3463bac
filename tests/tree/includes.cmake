# No header includes one that stands above it: cmake -DHEADERS=<the folder include/lr_scheduler> -P includes.cmake
#
# From the bottom up; a header may include what stands in its own line or below.
cmake_minimum_required(VERSION 3.25)

set(layers
    "fwd|version"
    "option|time|state_dict|batch_size|detail/.*" # these know nothing of schedules and schedulers
    "schedule|any_schedule|schedules/.*" # the pure wing: nothing of optimizers and schedulers
    "optimizer|scheduler|scheduled|feedback|reduce_lr_on_plateau|greedy_lr" # the bound wing
    "schedulers|simulate|to_string|updates"
    "lr_scheduler" # the umbrella; up to here all needs the standard library alone
    "fmt|json|checkpoint|pytorch|lr_finder|adapters/.*|frameworks/.*") # each for who asks for it

list(FIND layers "lr_scheduler" umbrella)

function(find_layer header result)
  set(height 0)
  foreach(layer IN LISTS layers)
    if(header MATCHES "^(${layer})[.]hpp$")
      set(${result} ${height} PARENT_SCOPE)
      return()
    endif()
    math(EXPR height "${height} + 1")
  endforeach()
  message(SEND_ERROR "${header} stands in no layer: add it to ${CMAKE_CURRENT_FUNCTION_LIST_FILE}")
  set(${result} -1 PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE headers RELATIVE "${HEADERS}" "${HEADERS}/*")
if(NOT "lr_scheduler.hpp" IN_LIST headers)
  message(FATAL_ERROR "${HEADERS} holds no lr_scheduler.hpp")
endif()
foreach(header IN LISTS headers)
  find_layer("${header}" height)
  file(STRINGS "${HEADERS}/${header}" lines REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS lines)
    if(line MATCHES "include[ \t]*<lr_scheduler/([^>]*[.]hpp)>")
      set(included "${CMAKE_MATCH_1}")
      find_layer("${included}" included_height)
      if(included_height GREATER height)
        message(SEND_ERROR "${header} includes ${included}, which stands above it")
      elseif(NOT EXISTS "${HEADERS}/${included}")
        message(SEND_ERROR "${header} includes ${included}, which is not there")
      endif()
    elseif(line MATCHES "include[ \t]*\"")
      message(SEND_ERROR "${header} includes by a relative path, not as its users do: ${line}")
    elseif(NOT height GREATER umbrella AND NOT line MATCHES "include[ \t]*<([a-z_]+|lr_scheduler/needs_(c[+][+]20|exceptions))>")
      message(SEND_ERROR "${header} includes what is no header of the standard library: ${line}")
    endif()
  endforeach()
endforeach()
