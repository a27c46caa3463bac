# Runs a program and checks what it leaves: cmake -DPROGRAM=... -P check.cmake with
#
#   ARGUMENTS    what it is called with, as in a shell
#   EXIT_CODE    0 by default
#   OUTPUT_FILE  a file with its exact output
#   OUTPUT       a regular expression that its output matches
#   ERROR        a regular expression that its whole error output, but for the last newline, matches;
#                empty by default
cmake_minimum_required(VERSION 3.25)

if(NOT DEFINED EXIT_CODE)
  set(EXIT_CODE 0)
endif()

separate_arguments(arguments UNIX_COMMAND "${ARGUMENTS}")
execute_process(
  COMMAND "${PROGRAM}" ${arguments}
  RESULT_VARIABLE exit_code
  OUTPUT_VARIABLE output
  ERROR_VARIABLE error)

set(wrong "")
if(NOT exit_code STREQUAL EXIT_CODE)
  string(APPEND wrong "exit code ${exit_code}, expected ${EXIT_CODE}\n")
endif()
if(DEFINED OUTPUT_FILE)
  file(READ "${OUTPUT_FILE}" expected)
  if(NOT output STREQUAL expected)
    string(APPEND wrong "output differs from ${OUTPUT_FILE}\n")
  endif()
endif()
if(DEFINED OUTPUT AND NOT output MATCHES "${OUTPUT}")
  string(APPEND wrong "output does not match ${OUTPUT}\n")
endif()
string(REGEX REPLACE "\n$" "" error "${error}")
if(NOT error MATCHES "^${ERROR}$")
  string(APPEND wrong "error output does not match ${ERROR}\n")
endif()
if(wrong)
  message(FATAL_ERROR "${wrong}--- output\n${output}--- error output\n${error}")
endif()
