# Compiles one file of this folder without producing anything:
#
#   cmake -DCOMPILER=... -DINCLUDES=... -DFILE=... [-DCASE=... | -DFLAG=... -DREASON=...] -P check.cmake
#
#   as it is       every case is written right, and compiles without a warning
#   CASE           this case alone is written wrong (MISUSE_<case> is defined): it does not compile, and the first error
#                  matches the regular expression behind the case's condition
#   FLAG, REASON   with a flag that the library cannot work under, it says so in a few lines: the first error matches
#                  REASON
cmake_minimum_required(VERSION 3.25)

set(includes "${INCLUDES}")
list(REMOVE_DUPLICATES includes)
list(TRANSFORM includes PREPEND "-I")
set(flags -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror)
if(CASE)
  set(flags -std=c++20 "-DMISUSE_${CASE}")
  if(COMPILER MATCHES "clang") # what follows the first error is of no interest, and takes time
    list(APPEND flags -ferror-limit=1)
  else()
    list(APPEND flags -fmax-errors=1)
  endif()
elseif(FLAG)
  set(flags -std=c++20 "${FLAG}")
endif()

# In the user's language a message would not match.
set(ENV{LC_ALL} C)
execute_process(
  COMMAND "${COMPILER}" -fsyntax-only ${flags} ${includes} "${FILE}"
  RESULT_VARIABLE exit_code
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
string(REGEX MATCH "[^\n]*: (fatal )?error: [^\n]*" first_error "${output}")

if(CASE)
  file(STRINGS "${FILE}" line REGEX "^#.*MISUSE_${CASE}[)]? +// ")
  string(REGEX REPLACE "^.* // " "" reason "${line}")
  if(NOT reason)
    message(FATAL_ERROR "${FILE} has no case ${CASE} with a reason")
  elseif(exit_code EQUAL 0)
    message(FATAL_ERROR "${CASE} compiles")
  elseif(NOT first_error MATCHES ": error: .*(${reason})")
    message(FATAL_ERROR "the first error does not say \"${reason}\": ${first_error}\n\n${output}")
  endif()
elseif(FLAG)
  string(REGEX MATCHALL "\n" lines "${output}")
  list(LENGTH lines count)
  if(exit_code EQUAL 0)
    message(FATAL_ERROR "compiles with ${FLAG}")
  elseif(NOT first_error MATCHES "${REASON}" OR count GREATER 15)
    message(FATAL_ERROR "${count} lines, the first error of which is: ${first_error}")
  endif()
elseif(NOT exit_code EQUAL 0 OR NOT output STREQUAL "")
  message(FATAL_ERROR "${output}")
endif()
message(STATUS "${first_error}")
