# The pages' own tests, run by ctest beside the others. `./dev` has installed the packages and built
# the pages before; where that was not done there is nothing to register, and cmake says so.
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/web/node_modules)
  message(STATUS "web: packages are not installed; ./dev test installs them and runs the pages' tests")
  return()
endif()
add_test(NAME web_unit COMMAND npm run --silent test WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/web)
add_test(NAME web_e2e COMMAND npm run --silent e2e WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/web)
set_tests_properties(web_unit web_e2e PROPERTIES LABELS web TIMEOUT 1800)
# A browser and a server share the machine: beside others all only lasts longer, and may run out of time.
set_tests_properties(web_e2e PROPERTIES RUN_SERIAL ON ENVIRONMENT "COHORT_BINARY=$<TARGET_FILE:apps_cohort>")
