# Compiles SOURCE and expects a refusal whose text matches its "// Refused: regex" line; without such
# a line it must compile.
file(STRINGS ${SOURCE} refusal REGEX "^// Refused: ")
string(REGEX REPLACE "^// Refused: " "" refusal "${refusal}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE} ${SOURCE}
                OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE code)
if(refusal STREQUAL "")
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "it must compile, but:\n${said}")
  endif()
  return()
endif()
if(code EQUAL 0)
  message(FATAL_ERROR "it compiles, and must not")
endif()
if(NOT said MATCHES "${refusal}")
  message(FATAL_ERROR "it is refused for another reason than \"${refusal}\":\n${said}")
endif()
