# Installs headers, both libraries, and what pkg-config and find_package need to find them.

include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/digitnet" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
    DESTINATION "${CMAKE_INSTALL_DOCDIR}"
)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# Two sets of targets: the shared library needs nothing of its user, the archive needs the library's dependencies.
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/digitnet")
install(TARGETS digitnet_shared EXPORT digitnetTargets)
install(TARGETS digitnet_static EXPORT digitnetStaticTargets)
install(EXPORT digitnetTargets NAMESPACE digitnet:: DESTINATION "${package_folder}")
install(EXPORT digitnetStaticTargets NAMESPACE digitnet:: DESTINATION "${package_folder}")
configure_package_config_file(cmake/digitnetConfig.cmake.in digitnetConfig.cmake INSTALL_DESTINATION "${package_folder}"
    NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(digitnetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/digitnetConfig.cmake" "${PROJECT_BINARY_DIR}/digitnetConfigVersion.cmake"
    cmake/FindOpenBLAS.cmake DESTINATION "${package_folder}"
)

# digitnet.pc finds its prefix from where it lies, so that an installed tree may be moved; absolute folders stay as given.
function(digitnet_pkgconfig_folder variable folder)
    if(IS_ABSOLUTE "${folder}")
        set(${variable} "${folder}" PARENT_SCOPE)
    else()
        set(${variable} "\${prefix}/${folder}" PARENT_SCOPE)
    endif()
endfunction()
digitnet_pkgconfig_folder(pkgconfig_libdir "${CMAKE_INSTALL_LIBDIR}")
digitnet_pkgconfig_folder(pkgconfig_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
set(pkgconfig_prefix "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    file(RELATIVE_PATH to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
    set(pkgconfig_prefix "\${pcfiledir}/${to_prefix}")
endif()
set(pkgconfig_blas "")
if(DIGITNET_BLAS STREQUAL "OpenBLAS")
    cmake_path(GET OpenBLAS_LIBRARY PARENT_PATH blas_folder)
    set(pkgconfig_blas "-lopenblas ")
    if(NOT blas_folder IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
        set(pkgconfig_blas "-L${blas_folder} -lopenblas ")
    endif()
endif()
configure_file(cmake/digitnet.pc.in digitnet.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/digitnet.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
