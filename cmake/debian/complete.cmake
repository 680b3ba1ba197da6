# Run by cpack on the files of the Debian packages, which lie in one folder for each component, before it packs them: what Debian
# wants besides, and as it wants it.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER "${component}" variable)
    set(share "${CPACK_TEMPORARY_DIRECTORY}/${component}/usr/share")
    set(doc "${share}/doc/${CPACK_DEBIAN_${variable}_PACKAGE_NAME}")

    configure_file("${CPACK_DIGITNET_DEBIAN_FOLDER}/copyright" "${doc}/copyright" COPYONLY)
    file(REMOVE "${doc}/LICENSE") # it stands in `copyright`
    configure_file("${CPACK_DIGITNET_DEBIAN_FOLDER}/changelog" "${doc}/changelog.Debian" COPYONLY)
    if(EXISTS "${doc}/CHANGELOG.md")
        file(RENAME "${doc}/CHANGELOG.md" "${doc}/changelog")
    endif()

    file(GLOB_RECURSE texts "${share}/man/*.[0-9]" "${doc}/changelog*")
    execute_process(COMMAND gzip -9n ${texts} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
