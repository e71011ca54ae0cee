# The architecture on one screen, bottom first: a module may use what stands above it here, and
# only what its line names. Third-party headers appear only in the module that WRAPS them.
# Checked both ways by tools/check_deps.py: a breach fails, and so does a permission nobody needs.

module(runtime                    LINKS Threads::Threads ${CMAKE_DL_LIBS} WRAPS ".*")
include(runtime/runtime.cmake)
find_package(OpenSSL QUIET)  # weft itself needs none
if(OpenSSL_FOUND AND NOT CMAKE_CROSSCOMPILING)
module(weft_tls                   USES runtime LINKS OpenSSL::SSL WRAPS "openssl/.*")
endif()
include(runtime/install.cmake)
if(NOT PROJECT_IS_TOP_LEVEL)
  return()  # somebody else's dependency: weft alone
endif()
module(tests/support              USES runtime LINKS $<TARGET_NAME_IF_EXISTS:rapidcheck> WRAPS "arpa/inet.h|netinet/in.h|openssl/.*|doctest/.*|rapidcheck.*|sys/.*|unistd.h|fcntl.h|spawn.h")
if(BUILD_TESTING)
  add_subdirectory(runtime/examples)
  add_subdirectory(runtime/test)
  add_subdirectory(runtime/bench)
  add_subdirectory(runtime/bugs)
endif()
if(WEFT_ONLY)
  return()
endif()
module(cohort/base                USES runtime LINKS Boost::json WRAPS "boost/json.*|sys/random.h")
set_source_files_properties(cohort/base/version.cpp PROPERTIES
  COMPILE_DEFINITIONS COHORT_VERSION="${PROJECT_VERSION}")
module(cohort/platform/db         USES runtime cohort/base LINKS SQLite::SQLite3 PostgreSQL::PostgreSQL WRAPS "sqlite3.h|libpq-fe.h|fcntl.h|sys/file.h|unistd.h")
module(cohort/platform/xml        USES runtime LINKS LibXml2::LibXml2 WRAPS "libxml/.*")
module(cohort/platform/auth       USES runtime cohort/base LINKS PkgConfig::sodium WRAPS "sodium.h|fcntl.h|sys/stat.h|unistd.h")
module(cohort/platform/pdf         USES runtime cohort/base cohort/platform/auth LINKS PkgConfig::pango WRAPS "cairo-pdf.h|fontconfig/.*|pango/.*")
module(cohort/migrations          USES runtime cohort/platform/db cohort/platform/auth)
embed_sql(cohort/migrations)
module(cohort/study               USES cohort/base cohort/platform/db cohort/platform/xml)
module(cohort/questionnaire        USES runtime cohort/base cohort/platform/xml)
module(cohort/report              USES runtime cohort/base cohort/platform/pdf cohort/questionnaire)
module(cohort/platform/log        USES runtime cohort/base WRAPS "fcntl.h|unistd.h")
module(cohort/platform/config     USES runtime cohort/base WRAPS "toml\\+\\+/.*|unistd.h")
module(cohort/platform/mail       USES runtime cohort/base cohort/platform/auth cohort/platform/config LINKS CURL::libcurl WRAPS "curl/.*")
module(cohort/platform/calls      USES runtime cohort/base LINKS CURL::libcurl WRAPS "curl/.*")
module(cohort/platform/resilience USES runtime cohort/base)
module(cohort/platform/http       USES runtime weft_tls cohort/base cohort/platform/resilience cohort/platform/auth cohort/platform/db cohort/platform/log WRAPS "boost/beast/.*|cxxabi.h|fcntl.h|poll.h|sys/resource.h|sys/socket.h")
module(cohort/platform            FLAT USES cohort/base cohort/platform/config cohort/platform/db cohort/platform/http cohort/platform/log)
module(cohort/audit               USES runtime cohort/base cohort/platform/db cohort/platform/auth cohort/migrations)
module(cohort/platform/zones      USES runtime cohort/base)
module(cohort/platform/jobs       USES runtime cohort/base cohort/platform/db cohort/platform/zones cohort/migrations)
module(cohort/platform/events     USES runtime cohort/base cohort/platform/db cohort/migrations LINKS PkgConfig::nats WRAPS "nats/.*")
module(cohort/delivery            USES runtime cohort/base cohort/platform/auth cohort/platform/db cohort/platform/jobs cohort/platform/mail cohort/audit cohort/report)
module(cohort/identity            USES runtime cohort/base cohort/platform/db cohort/platform/auth cohort/platform/http cohort/migrations cohort/audit)
module(cohort/steering            USES cohort/base cohort/platform cohort/platform/db cohort/platform/events cohort/platform/http cohort/platform/jobs cohort/platform/resilience cohort/audit cohort/identity cohort/study)
module(cohort/sites               USES runtime cohort/base cohort/platform/db cohort/platform/auth cohort/platform/zones cohort/migrations cohort/audit cohort/identity)
module(cohort/subjects            USES cohort/base cohort/platform cohort/platform/db cohort/platform/http cohort/platform/zones cohort/audit cohort/identity cohort/sites cohort/study)
module(cohort/capture             USES runtime cohort/base cohort/platform cohort/platform/auth cohort/platform/db cohort/platform/events cohort/platform/http cohort/platform/resilience cohort/platform/zones cohort/audit cohort/identity cohort/sites cohort/study cohort/subjects)
module(cohort/interop             USES runtime cohort/base cohort/platform cohort/platform/db cohort/platform/http cohort/platform/jobs cohort/platform/xml cohort/migrations cohort/audit cohort/identity cohort/steering cohort/sites cohort/study cohort/subjects cohort/capture)
module(cohort/epro                USES runtime cohort/base cohort/platform cohort/platform/auth cohort/platform/db cohort/platform/http cohort/platform/resilience cohort/platform/zones cohort/audit cohort/identity cohort/questionnaire cohort/sites cohort/study cohort/subjects)
module(cohort/analysis            USES runtime cohort/base cohort/platform cohort/platform/auth cohort/platform/db cohort/platform/http cohort/platform/jobs cohort/migrations cohort/audit cohort/identity cohort/questionnaire cohort/steering cohort/sites cohort/study cohort/subjects cohort/capture cohort/epro)
module(cohort/reporting           USES runtime cohort/base cohort/platform cohort/platform/db cohort/platform/events cohort/platform/http cohort/platform/mail cohort/platform/zones cohort/audit cohort/report cohort/delivery cohort/identity cohort/sites cohort/study cohort/subjects cohort/epro)
module(cohort/push                USES runtime cohort/base cohort/platform cohort/platform/auth cohort/platform/calls cohort/platform/db cohort/platform/http cohort/platform/jobs cohort/platform/resilience cohort/audit cohort/delivery cohort/identity cohort/steering cohort/sites cohort/study cohort/subjects cohort/epro)
module(tests/world                USES runtime cohort/base cohort/platform cohort/platform/db cohort/platform/http cohort/platform/jobs cohort/migrations cohort/audit cohort/identity cohort/steering cohort/sites cohort/study cohort/subjects cohort/capture cohort/interop cohort/epro cohort/analysis cohort/platform/events cohort/platform/pdf cohort/platform/auth cohort/delivery cohort/reporting cohort/push tests/support)
module(apps/cohort                USES runtime cohort/base cohort/migrations cohort/platform/auth cohort/platform/config
                                       cohort/platform/db cohort/platform/events cohort/platform/http cohort/platform/jobs cohort/platform
                                       cohort/audit cohort/identity cohort/steering cohort/sites cohort/study cohort/subjects
                                       cohort/capture cohort/interop cohort/epro cohort/analysis cohort/platform/calls cohort/platform/mail cohort/platform/pdf
                                       cohort/delivery cohort/reporting cohort/push WRAPS "CLI/.*|fcntl.h|spawn.h|sys/socket.h|sys/un.h|sys/wait.h|unistd.h")
set_target_properties(apps_cohort PROPERTIES OUTPUT_NAME cohort)
module(tests/integration          USES runtime cohort/base cohort/platform/db cohort/platform/auth cohort/platform/http cohort/platform/jobs cohort/audit cohort/identity cohort/sites cohort/capture cohort/interop cohort/epro cohort/analysis cohort/reporting cohort/push tests/support tests/world WRAPS "unistd.h")
if(BUILD_TESTING)
  add_dependencies(tests_integration_test apps_cohort)
  target_compile_definitions(tests_integration PUBLIC COHORT_BINARY="$<TARGET_FILE:apps_cohort>")
  # COST lets what lasts longest begin first, where no test has been timed yet.
  set_tests_properties(tests_integration PROPERTIES LABELS integration TIMEOUT 1800 COST 300)
  # Without what is the same whichever store is chosen; and of what a property says fewer cases, as each
  # has a database of its own.
  add_test(NAME tests_integration_postgresql
    COMMAND tests_integration_test "--test-suite-exclude=whatever the store")
  set_tests_properties(tests_integration_postgresql PROPERTIES LABELS integration TIMEOUT 1800 COST 700
    ENVIRONMENT "COHORT_TEST_STORE=postgresql;RC_PARAMS=max_success=25")
endif()
if(BUILD_TESTING)
  # They make the certificates of other servers.
  target_link_libraries(cohort_platform_mail_test PRIVATE OpenSSL::SSL)
  target_link_libraries(cohort_delivery_test PRIVATE OpenSSL::SSL)
  target_link_libraries(tests_integration_test PRIVATE OpenSSL::SSL)
  target_link_libraries(cohort_platform_calls_test PRIVATE OpenSSL::SSL)
endif()
add_subdirectory(tests/fuzz)
if(BUILD_TESTING)
  include(web/web.cmake)
endif()
