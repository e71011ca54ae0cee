# Debian packages, one a component: cpack -G DEB --config BUILD/CPackConfig.cmake. weft's is
# libweft-dev; it needs the compiler's own libbacktrace, so it is for the gcc it was built with.
# Cohort's holds the server, its pages and its unit.
if(NOT PROJECT_IS_TOP_LEVEL OR COHORT_SANITIZE)
  return()
endif()
execute_process(COMMAND ${gcc} -dumpversion OUTPUT_VARIABLE gcc_series OUTPUT_STRIP_TRAILING_WHITESPACE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "Cohort maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_VERSION ${weft_version})
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL weft)
set(CPACK_COMPONENT_WEFT_DESCRIPTION "Goroutines, channels and select for C++20
Headers and a static library: goroutines on several threads, channels, select,
scopes, ambient cancellation, locks, sockets, TLS, a simulator with virtual time,
and a report that says who waits for whom when nothing moves.")
set(CPACK_DEBIAN_WEFT_PACKAGE_NAME libweft-dev)
set(CPACK_DEBIAN_WEFT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_WEFT_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_WEFT_PACKAGE_DEPENDS
    "libc6-dev, libgcc-${gcc_series}-dev, libstdc++-${gcc_series}-dev")
set(CPACK_DEBIAN_WEFT_PACKAGE_RECOMMENDS "libssl-dev, pkg-config")
if(TARGET apps_cohort)
  include(apps/cohort/package/package.cmake)
endif()
include(CPack)
