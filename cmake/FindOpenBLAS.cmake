# Finds OpenBLAS with its own cblas.h (other BLAS packages have one too, without OpenBLAS's functions): OpenBLAS::OpenBLAS.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(OpenBLAS_pkgconfig QUIET openblas)
endif()

set(OpenBLAS_folders openblas openblas-pthread openblas-openmp openblas-serial)
find_path(OpenBLAS_INCLUDE_DIR NAMES openblas_config.h
    HINTS ${OpenBLAS_pkgconfig_INCLUDE_DIRS} PATH_SUFFIXES ${OpenBLAS_folders}
)
find_library(OpenBLAS_LIBRARY NAMES openblas HINTS ${OpenBLAS_pkgconfig_LIBRARY_DIRS} PATH_SUFFIXES ${OpenBLAS_folders})
mark_as_advanced(OpenBLAS_INCLUDE_DIR OpenBLAS_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS
    REQUIRED_VARS OpenBLAS_LIBRARY OpenBLAS_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "Install it (Debian and Ubuntu: libopenblas-dev), or set DIGITNET_BLAS=builtin."
)

if(OpenBLAS_FOUND AND NOT TARGET OpenBLAS::OpenBLAS)
    add_library(OpenBLAS::OpenBLAS UNKNOWN IMPORTED)
    set_target_properties(OpenBLAS::OpenBLAS PROPERTIES
        IMPORTED_LOCATION "${OpenBLAS_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_INCLUDE_DIR}"
    )
endif()
