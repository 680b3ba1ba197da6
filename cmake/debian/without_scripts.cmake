# Run by cpack when it has made the Debian packages: takes out the scripts that it adds to a package with a shared library. They call
# ldconfig, which the package's trigger does.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
foreach(package IN LISTS CPACK_PACKAGE_FILES)
    execute_process(COMMAND dpkg-deb --info "${package}" postinst RESULT_VARIABLE no_scripts OUTPUT_QUIET ERROR_QUIET)
    if(no_scripts)
        continue()
    endif()
    set(folder "${CPACK_TEMPORARY_DIRECTORY}/repacked")
    execute_process(COMMAND dpkg-deb --raw-extract "${package}" "${folder}" COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE "${folder}/DEBIAN/postinst" "${folder}/DEBIAN/postrm")
    execute_process(COMMAND dpkg-deb --root-owner-group --build "${folder}" "${package}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE_RECURSE "${folder}")
endforeach()
