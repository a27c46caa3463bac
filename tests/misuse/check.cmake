# Compiles one file of this folder without producing anything:
#
#   cmake -DCOMPILER=... -DINCLUDES=... -DFILE=... [-DCASE=... | -DBELOW_CXX20=ON] -P check.cmake
#
#   as it is       every case is written right, and compiles without a warning
#   CASE           this case alone is written wrong (MISUSE_<case> is defined): it does not compile, and the first error
#                  matches the regular expression behind the case's condition
#   BELOW_CXX20    in C++17 the library says in a few lines which standard it needs
cmake_minimum_required(VERSION 3.25)

set(includes "${INCLUDES}")
list(REMOVE_DUPLICATES includes)
list(TRANSFORM includes PREPEND "-I")
set(standard -std=c++20)
set(flags -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror)
if(CASE)
  set(flags "-DMISUSE_${CASE}")
  if(COMPILER MATCHES "clang") # what follows the first error is of no interest, and takes time
    list(APPEND flags -ferror-limit=1)
  else()
    list(APPEND flags -fmax-errors=1)
  endif()
elseif(BELOW_CXX20)
  set(standard -std=c++17)
  set(flags "")
endif()

# In the user's language a message would not match.
set(ENV{LC_ALL} C)
execute_process(
  COMMAND "${COMPILER}" ${standard} -fsyntax-only ${flags} ${includes} "${FILE}"
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
elseif(BELOW_CXX20)
  string(REGEX MATCHALL "\n" lines "${output}")
  list(LENGTH lines count)
  if(exit_code EQUAL 0)
    message(FATAL_ERROR "compiles in C++17")
  elseif(NOT first_error MATCHES "lr_scheduler needs C..20" OR count GREATER 15)
    message(FATAL_ERROR "${count} lines, the first error of which is: ${first_error}")
  endif()
elseif(NOT exit_code EQUAL 0 OR NOT output STREQUAL "")
  message(FATAL_ERROR "${output}")
endif()
message(STATUS "${first_error}")
