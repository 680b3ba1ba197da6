# What cpack makes: Debian packages, and with CPackSourceConfig.cmake the source archive.

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME libdigitnet)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")

# The source archive: the tree without what is built in it and what git keeps.
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME "libdigitnet-${PROJECT_VERSION}")
string(REGEX REPLACE "([][+.*^$()?|\\])" "\\\\\\1" folder "${PROJECT_SOURCE_DIR}")
set(CPACK_SOURCE_IGNORE_FILES "^${folder}/(\\.git|build[^/]*|data|mnist-output[^/]*|fashion-output[^/]*|folder-output[^/]*|quickstart\\.onnx)(/|$)")

include("${CMAKE_CURRENT_LIST_DIR}/debian/packages.cmake")
include(CPack)
