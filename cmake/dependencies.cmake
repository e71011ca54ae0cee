# Everything comes from Debian's packages (the list is in tools/packages.txt; the reasons are in docs/decisions/).
find_package(Threads REQUIRED)
if(NOT PROJECT_IS_TOP_LEVEL OR WEFT_ONLY)
  return()
endif()
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(LibXml2 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(benchmark QUIET)
find_package(rapidcheck QUIET)  # for tests alone: `./dev run` does without
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(nats REQUIRED IMPORTED_TARGET libnats)
pkg_check_modules(pango REQUIRED IMPORTED_TARGET pangocairo pangoft2 fontconfig harfbuzz-subset libdeflate)
# It asks for -pthread, which glibc needs no more; with it what is compiled beforehand for all tests does not fit.
set_property(TARGET PkgConfig::pango PROPERTY INTERFACE_COMPILE_OPTIONS "")
find_package(CURL REQUIRED)
