# What weft needs beyond an ordinary module: the symboliser that ships with gcc, and, under
# ThreadSanitizer, a scheduler that is not instrumented. It runs on every goroutine's fiber, so
# instrumented it would report its own bookkeeping; the edges between goroutines are announced by
# hand (runtime/src/fiber.h), which is also what lets races on one worker be seen.
set(gcc g++)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(gcc ${CMAKE_CXX_COMPILER})
endif()
execute_process(COMMAND ${gcc} -print-file-name=include/backtrace.h OUTPUT_VARIABLE header
                OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${gcc} -print-file-name=libbacktrace.a OUTPUT_VARIABLE archive
                OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT EXISTS ${header} OR NOT EXISTS ${archive})
  message(FATAL_ERROR "weft: gcc's libbacktrace is missing (Debian: libgcc-12-dev)")
endif()
get_filename_component(directory ${header} DIRECTORY)
set_source_files_properties(runtime/src/symbolize.cpp PROPERTIES
  COMPILE_OPTIONS "-idirafter${directory}")
target_link_libraries(runtime PUBLIC $<BUILD_INTERFACE:${archive}> $<INSTALL_INTERFACE:backtrace>)
target_compile_features(runtime PUBLIC cxx_std_20)

# What the optimiser does to thread-local addresses across a park shows at -O3 in position-independent
# code, whatever the rest is built with.
set_source_files_properties(runtime/src/thread_local_test.cpp PROPERTIES
  COMPILE_OPTIONS "-O3;-fPIC" SKIP_PRECOMPILE_HEADERS ON)

if(COHORT_SANITIZE STREQUAL "thread")
  target_compile_definitions(runtime PUBLIC WEFT_TSAN)
  foreach(part asymmetric_fence blocking blocking_here clock deep_scan dump explored_run fiber find_work goroutine growth heap_blocks
          liveness memory_map memory_search park permit_holders pinned_thread poller report runtime sim_driver sleepers spawn stack
          step stopped_threads strategy symbolize thread_park thread_state trace_recorder wait_ends wait_graph wait_map waits wake_together
          watchman worker)
    set_property(SOURCE runtime/src/${part}.cpp APPEND PROPERTY COMPILE_OPTIONS
                 -fno-sanitize=thread)
  endforeach()
endif()
