# The package of the server: program, pages, demo study, documents, settings and a systemd unit.
set(here ${CMAKE_CURRENT_LIST_DIR})
install(TARGETS apps_cohort RUNTIME DESTINATION lib/cohort COMPONENT cohort)
install(PROGRAMS ${here}/cohort.sh DESTINATION bin RENAME cohort COMPONENT cohort)
install(FILES ${here}/cohort.service DESTINATION lib/systemd/system COMPONENT cohort)
install(FILES ${here}/cohort.toml DESTINATION /etc/cohort COMPONENT cohort)
# Built by npm, when the package is made: a package without its pages is refused.
install(CODE "if(NOT EXISTS \"${PROJECT_SOURCE_DIR}/web/dist/index.html\")
  message(FATAL_ERROR \"the web pages are not built\")
endif()" COMPONENT cohort)
install(DIRECTORY web/dist/ DESTINATION share/cohort/web COMPONENT cohort)
install(DIRECTORY demo/ DESTINATION share/cohort/demo COMPONENT cohort)
install(DIRECTORY docs/ DESTINATION share/doc/cohort COMPONENT cohort FILES_MATCHING
        PATTERN *.md PATTERN screenshots EXCLUDE)
install(FILES LICENSE DESTINATION share/doc/cohort RENAME copyright COMPONENT cohort)
install(FILES CHANGELOG.md DESTINATION share/doc/cohort COMPONENT cohort)

list(APPEND CPACK_COMPONENTS_ALL cohort)
set(CPACK_COMPONENT_COHORT_DESCRIPTION "Clinical-research platform: data capture, its audit and its exports
A server for the sites of clinical trials: forms as ODM describes them, entered in
a browser, every change audited and sealed, on SQLite or PostgreSQL.")
set(CPACK_DEBIAN_COHORT_PACKAGE_NAME cohort)
set(CPACK_DEBIAN_COHORT_PACKAGE_SECTION science)
set(CPACK_DEBIAN_COHORT_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COHORT_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COHORT_PACKAGE_DEPENDS "adduser, fonts-dejavu-core, fonts-lxgw-wenkai, init-system-helpers (>= 1.54), tzdata, util-linux")
set(CPACK_DEBIAN_COHORT_PACKAGE_SUGGESTS "postgresql, nats-server, fonts-hanazono")
file(WRITE ${PROJECT_BINARY_DIR}/conffiles "/etc/cohort/cohort.toml\n")
set(CPACK_DEBIAN_COHORT_PACKAGE_CONTROL_EXTRA
    ${here}/postinst ${here}/prerm ${here}/postrm ${PROJECT_BINARY_DIR}/conffiles)
set(CPACK_DEBIAN_COHORT_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Not stripped: a report without file and line would say little to who has to act on it.
set(CPACK_STRIP_FILES OFF)
