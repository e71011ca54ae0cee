# weft beside other libraries: recipes/ and migrate/. What is missing on this machine is left out, and
# said; ./dev test installs all of it.
file(GLOB postgres_server /usr/lib/postgresql/*/bin/initdb)
find_package(Boost 1.81 QUIET)
find_package(Boost 1.81 QUIET OPTIONAL_COMPONENTS fiber)
find_package(SQLite3 QUIET)
find_package(PostgreSQL QUIET)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(grpc QUIET IMPORTED_TARGET grpc++ protobuf)
endif()
find_program(protoc protoc)
find_program(grpc_plugin grpc_cpp_plugin)

# beside(<folder>/<name> LINKS <target>... [SOURCES <file>...] [UNDER <program>]): a program, run under
# another if so said, that prints what its last comment says.
function(beside path)
  cmake_parse_arguments(arg "" "UNDER" "LINKS;SOURCES" ${ARGN})
  foreach(target ${arg_LINKS})
    if(NOT TARGET ${target})
      message(STATUS "examples: ${path} is left out, ${target} is missing")
      return()
    endif()
  endforeach()
  string(REPLACE "/" "_" name ${path})
  add_executable(${name} ${path}.cpp ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE runtime ${arg_LINKS})
  target_include_directories(${name} SYSTEM PRIVATE ${CMAKE_CURRENT_BINARY_DIR})  # what is generated
  set_source_files_properties(${path}.cpp PROPERTIES COMPILE_OPTIONS "-Wall;-Wextra;-Wpedantic;-Werror")
  add_test(NAME ${name}
    COMMAND ${CMAKE_COMMAND} "-DPROGRAM=${arg_UNDER};$<TARGET_FILE:${name}>"
            -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${path}.cpp -P ${CMAKE_CURRENT_SOURCE_DIR}/check_output.cmake)
  set_tests_properties(${name} PROPERTIES LABELS integration TIMEOUT 120)
endfunction()

beside(migrate/std_thread)
beside(migrate/asio LINKS Boost::headers)
beside(migrate/boost_fiber LINKS Boost::fiber)
beside(recipes/beast LINKS Boost::headers)
beside(recipes/sqlite LINKS SQLite::SQLite3)
if(postgres_server)
  beside(recipes/libpq LINKS PostgreSQL::PostgreSQL
         UNDER ${CMAKE_CURRENT_SOURCE_DIR}/recipes/with_postgres.sh)
else()
  message(STATUS "examples: recipes/libpq is left out, there is no PostgreSQL server")
endif()
if(protoc AND grpc_plugin)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/recipes)
  # While configuring, so that who only reads the sources (clang-tidy) finds it too.
  if(${folder}/ward.proto IS_NEWER_THAN ${CMAKE_CURRENT_BINARY_DIR}/ward.grpc.pb.h)
    execute_process(COMMAND ${protoc} -I${folder} --cpp_out=. --grpc_out=.
                            --plugin=protoc-gen-grpc=${grpc_plugin} ${folder}/ward.proto
                    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/ward.proto)
  beside(recipes/grpc LINKS PkgConfig::grpc SOURCES ward.pb.cc ward.grpc.pb.cc)
else()
  message(STATUS "examples: recipes/grpc is left out, protoc or grpc_cpp_plugin is missing")
endif()
