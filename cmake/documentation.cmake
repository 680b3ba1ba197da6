# The target documentation: the guide and the reference of all functions, from the comments of the public headers, as HTML; the reference
# as man pages too.

find_package(Doxygen REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(documentation "${PROJECT_BINARY_DIR}/documentation")
set(warnings_are_errors NO)
if(DIGITNET_WERROR)
    set(warnings_are_errors FAIL_ON_WARNINGS)
endif()
file(CONFIGURE OUTPUT "${documentation}/Doxyfile" CONTENT "\
@INCLUDE         = \"${PROJECT_SOURCE_DIR}/cmake/Doxyfile\"
PROJECT_NUMBER   = ${PROJECT_VERSION}
OUTPUT_DIRECTORY = \"${documentation}\"
WARN_AS_ERROR    = ${warnings_are_errors}
")

add_custom_target(documentation ALL
    COMMAND Doxygen::doxygen "${documentation}/Doxyfile"
    COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/cmake/man_pages.py" "${documentation}/xml" "${documentation}/man3" "${PROJECT_VERSION}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" COMMENT "Guide and reference" VERBATIM
)

if(DIGITNET_INSTALL)
    install(DIRECTORY "${documentation}/html" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT digitnet_development)
    install(DIRECTORY "${documentation}/man3" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT digitnet_development)
endif()
