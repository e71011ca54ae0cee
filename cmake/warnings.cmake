# Warnings stay private to our own targets and our own build: a program that uses weft never inherits
# them, and its compiler, with its flags, may find what ours did not.
add_library(warnings INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(warnings INTERFACE -Wall -Wextra -Wpedantic -Werror)
endif()

# One build type for the sanitizers: optimised enough to be quick, frames kept for the reports.
set(COHORT_SANITIZE "" CACHE STRING "Sanitizers for the whole build: address,undefined or thread")
if(COHORT_SANITIZE)
  set(flags -fsanitize=${COHORT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_compile_options(-O1 -g1 ${flags})
  add_link_options(${flags})
  if(COHORT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)  # coverage for libFuzzer, in every module
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # -g1 keeps files and lines for reports at a third of the size; assertions stay on in release.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")
endif()

# Reports and records name files as the repository does, wherever it was built.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
