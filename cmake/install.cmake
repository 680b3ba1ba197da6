# Installs headers, both libraries, the readers' sources, the models of digits, and what pkg-config and find_package need to find them. A package of the library alone takes the
# component digitnet_runtime; whoever compiles needs digitnet_development too.

include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/digitnet" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT digitnet_development
)
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${PROJECT_SOURCE_DIR}/LICENSE"
    DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT digitnet_development
)

# The examples' readers, as sources that programs compile in: libpng and libjpeg are then theirs to link.
include("${PROJECT_SOURCE_DIR}/examples/readers.cmake")
list(TRANSFORM digitnet_readers PREPEND "${PROJECT_SOURCE_DIR}/examples/" OUTPUT_VARIABLE readers)
list(TRANSFORM digitnet_reader_headers PREPEND "${PROJECT_SOURCE_DIR}/examples/" OUTPUT_VARIABLE reader_headers)
set(readers_folder "${CMAKE_INSTALL_DATADIR}/digitnet/readers")
install(FILES ${readers} ${reader_headers} DESTINATION "${readers_folder}" COMPONENT digitnet_development)

# What reads digits without a training, each with its card.
set(model_folder "${CMAKE_INSTALL_DATADIR}/digitnet/models")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/models/" DESTINATION "${model_folder}" COMPONENT digitnet_models)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT digitnet_development)

# Two sets of targets: the shared library needs nothing of its user, the static one needs the library's dependencies.
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/digitnet")
install(TARGETS digitnet_shared EXPORT digitnetSharedTargets
    LIBRARY COMPONENT digitnet_runtime NAMELINK_COMPONENT digitnet_development
)
install(TARGETS digitnet_static EXPORT digitnetStaticTargets ARCHIVE COMPONENT digitnet_development)
foreach(targets digitnetSharedTargets digitnetStaticTargets)
    install(EXPORT ${targets} NAMESPACE digitnet:: DESTINATION "${package_folder}" COMPONENT digitnet_development)
endforeach()

if(TARGET digitnet_mpi)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/mpi/include/digitnet" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        COMPONENT digitnet_mpi_development
    )
    install(TARGETS digitnet_mpi EXPORT digitnetMpiTargets
        LIBRARY COMPONENT digitnet_mpi_runtime NAMELINK_COMPONENT digitnet_mpi_development
    )
    install(EXPORT digitnetMpiTargets NAMESPACE digitnet:: DESTINATION "${package_folder}" COMPONENT digitnet_mpi_development)
endif()

set(find_blas "")
if(DIGITNET_BLAS STREQUAL "OpenBLAS")
    set(find_blas "find_dependency(OpenBLAS MODULE)")
endif()
configure_package_config_file(cmake/digitnetConfig.cmake.in digitnetConfig.cmake INSTALL_DESTINATION "${package_folder}"
    PATH_VARS readers_folder model_folder NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(digitnetConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/digitnetConfig.cmake" "${PROJECT_BINARY_DIR}/digitnetConfigVersion.cmake"
    cmake/FindOpenBLAS.cmake DESTINATION "${package_folder}" COMPONENT digitnet_development
)

# digitnet.pc finds its prefix from where it lies, so that an installed tree may be moved; absolute folders stay as given, with spaces escaped
# as pkg-config does where it fills in the former.
function(digitnet_pkgconfig_folder variable folder)
    if(IS_ABSOLUTE "${folder}")
        string(REPLACE " " "\\ " folder "${folder}")
        set(${variable} "${folder}" PARENT_SCOPE)
    else()
        set(${variable} "\${prefix}/${folder}" PARENT_SCOPE)
    endif()
endfunction()
digitnet_pkgconfig_folder(pkgconfig_libdir "${CMAKE_INSTALL_LIBDIR}")
digitnet_pkgconfig_folder(pkgconfig_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
digitnet_pkgconfig_folder(pkgconfig_readersdir "${readers_folder}")
digitnet_pkgconfig_folder(pkgconfig_modeldir "${model_folder}")
digitnet_pkgconfig_folder(pkgconfig_prefix "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    file(RELATIVE_PATH to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
    set(pkgconfig_prefix "\${pcfiledir}/${to_prefix}")
endif()

# OpenBLAS by its name, where the linker finds it by itself: Debian's openblas.pc asks for a Fortran library that it does not bring.
set(pkgconfig_requires zlib)
set(pkgconfig_blas "")
if(DIGITNET_BLAS STREQUAL "OpenBLAS")
    find_library(DIGITNET_OPENBLAS_OF_LINKER openblas PATHS ${CMAKE_C_IMPLICIT_LINK_DIRECTORIES} NO_DEFAULT_PATH)
    mark_as_advanced(DIGITNET_OPENBLAS_OF_LINKER)
    if(DIGITNET_OPENBLAS_OF_LINKER)
        set(pkgconfig_blas "-lopenblas ")
    else()
        set(pkgconfig_requires "zlib, openblas")
    endif()
endif()
configure_file(cmake/digitnet.pc.in digitnet.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/digitnet.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT digitnet_development)
if(TARGET digitnet_mpi)
    configure_file(mpi/digitnet-mpi.pc.in digitnet-mpi.pc @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/digitnet-mpi.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT digitnet_mpi_development)
endif()
