# What a program that uses weft finds: targets, cmake --install, find_package(weft), pkg-config.
file(STRINGS runtime/include/weft/version.h weft_version REGEX "version = ")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" weft_version "${weft_version}")

add_library(weft::weft ALIAS runtime)
set_target_properties(runtime PROPERTIES EXPORT_NAME weft OUTPUT_NAME weft)
if(TARGET weft_tls)
  add_library(weft::tls ALIAS weft_tls)
  set_target_properties(weft_tls PROPERTIES EXPORT_NAME tls)
endif()

# A library with a sanitizer in it is of use only to the build it belongs to.
if(NOT PROJECT_IS_TOP_LEVEL OR COHORT_SANITIZE)
  return()
endif()
if(CMAKE_LIBRARY_ARCHITECTURE AND NOT DEFINED CMAKE_INSTALL_LIBDIR)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE})  # as Debian does, whatever the prefix
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(documents ${CMAKE_INSTALL_DATADIR}/doc/libweft-dev)
set(configuration ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
file(RELATIVE_PATH up /x/${CMAKE_INSTALL_LIBDIR}/pkgconfig /x)
configure_file(runtime/package/weft.pc.in weft.pc @ONLY)
configure_file(runtime/package/weft_tls.pc.in weft_tls.pc @ONLY)
configure_package_config_file(runtime/package/weft-config.cmake.in weft-config.cmake
                              INSTALL_DESTINATION ${configuration})
# Before 1.0 each minor version may change what a program has to write.
write_basic_package_version_file(weft-config-version.cmake VERSION ${weft_version}
                                 COMPATIBILITY SameMinorVersion)

function(install_weft target export folder)
  install(TARGETS ${target} EXPORT ${export} COMPONENT weft
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT weft)
  install(EXPORT ${export} NAMESPACE weft:: DESTINATION ${configuration} COMPONENT weft)
  install(DIRECTORY ${folder}/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT weft)
endfunction()
install_weft(runtime weft-targets runtime)
set(pkg_config ${PROJECT_BINARY_DIR}/weft.pc)
if(TARGET weft_tls)
  install_weft(weft_tls weft-tls-targets weft_tls)
  list(APPEND pkg_config ${PROJECT_BINARY_DIR}/weft_tls.pc)
endif()
install(FILES ${pkg_config} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT weft)
install(FILES ${PROJECT_BINARY_DIR}/weft-config.cmake ${PROJECT_BINARY_DIR}/weft-config-version.cmake
        DESTINATION ${configuration} COMPONENT weft)
install(FILES runtime/gdb/weft.py DESTINATION ${CMAKE_INSTALL_DATADIR}/weft/gdb COMPONENT weft)
install(FILES runtime/CHANGELOG.md DESTINATION ${documents} COMPONENT weft)
install(FILES LICENSE DESTINATION ${documents} RENAME copyright COMPONENT weft)
install(DIRECTORY runtime/docs/ DESTINATION ${documents} COMPONENT weft FILES_MATCHING PATTERN *.md)
install(DIRECTORY runtime/examples/consume DESTINATION ${documents}/examples COMPONENT weft)
