# What nearly every test includes, compiled once for all test programs: of the twelve seconds that a
# test of channels took, three and a half went into reading headers.
if(NOT PROJECT_IS_TOP_LEVEL OR NOT BUILD_TESTING)
  return()
endif()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/often.cpp CONTENT "")
function(precompile name)
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/often.cpp)
  target_precompile_headers(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/often.h)
  # ccache looks what is to be compiled by preprocessing it, and would take the old one for that, whatever has changed since.
  set_property(TARGET ${name} PROPERTY RULE_LAUNCH_COMPILE "${CMAKE_COMMAND} -E rm -f <OBJECT> &&")
  target_link_libraries(${name} PRIVATE tests_support warnings)
  # As programs are compiled, which is what uses it.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIE ${ARGN})
endfunction()

# Weft's tests are optimised, because what the optimiser does to code that parks is part of what they
# test. Cohort's are not: what they test is in libraries, and they compile in half the time.
set(unoptimised "")
if(NOT COHORT_SANITIZE)
  set(unoptimised -O0)
endif()
precompile(often)
precompile(often_unoptimised ${unoptimised})

function(compile_as_test target folder)
  if(folder MATCHES "^(runtime|weft_tls)$")
    target_precompile_headers(${target} REUSE_FROM often)
  else()
    target_compile_options(${target} PRIVATE ${unoptimised})
    target_precompile_headers(${target} REUSE_FROM often_unoptimised)
  endif()
endfunction()
