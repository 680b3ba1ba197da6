# Four Debian packages of what is installed: the shared library, what compiling with it needs, the models, and the examples; and two of
# libdigitnet-mpi, where that is built, which is then to be with Open MPI. The preset `debian` has Debian's folders.

# The examples: programs outside the search path, and what they are made of, to be read and changed. No plain installation has them.
if(DIGITNET_BUILD_EXAMPLES)
    set(examples_folder share/doc/digitnet-examples/examples)
    get_property(programs DIRECTORY examples PROPERTY BUILDSYSTEM_TARGETS)
    install(TARGETS ${programs} DESTINATION "${CMAKE_INSTALL_LIBDIR}/digitnet/examples"
        COMPONENT digitnet_examples EXCLUDE_FROM_ALL
    )
    install(DIRECTORY examples/ tests/data/mnist-subset DESTINATION "${examples_folder}"
        COMPONENT digitnet_examples EXCLUDE_FROM_ALL USE_SOURCE_PERMISSIONS PATTERN run-mnist.sh EXCLUDE
    )
endif()

set(debian_library "libdigitnet${PROJECT_VERSION_MAJOR}")
set(debian_mpi_library "libdigitnet-mpi${PROJECT_VERSION_MAJOR}")
set(debian_revision 0upstream1) # before any of the distribution's own
set(debian_folder "${CMAKE_CURRENT_LIST_DIR}")

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL digitnet_runtime digitnet_development digitnet_models)
if(DIGITNET_BUILD_EXAMPLES)
    list(APPEND CPACK_COMPONENTS_ALL digitnet_examples)
endif()
if(DIGITNET_BUILD_MPI)
    list(APPEND CPACK_COMPONENTS_ALL digitnet_mpi_runtime digitnet_mpi_development)
endif()
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
)
set(CPACK_PRE_BUILD_SCRIPTS "${debian_folder}/complete.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${debian_folder}/without_scripts.cmake")
set(CPACK_DIGITNET_DEBIAN_FOLDER "${debian_folder}")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "libdigitnet developers <libdigitnet@example.invalid>")
set(CPACK_DEBIAN_PACKAGE_RELEASE "${debian_revision}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/src" "${PROJECT_BINARY_DIR}/mpi") # of packages that depend on ours
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(about "\
libdigitnet trains and runs small convolutional networks on the CPU, as a
Keras user knows them: layer builders, compile, fit, evaluate and predict. It
is for programs that want a classifier of digits or other small images inside
themselves. Models are ONNX files.
")

# Programs need the release that they were linked with, or a later one: its structs may have fields that an older one does not know.
file(CONFIGURE OUTPUT debian/shlibs CONTENT "libdigitnet @PROJECT_VERSION_MAJOR@ @debian_library@ (>= @PROJECT_VERSION@)\n" @ONLY)
file(CONFIGURE OUTPUT debian/mpi/shlibs CONTENT "libdigitnet-mpi @PROJECT_VERSION_MAJOR@ @debian_mpi_library@ (>= @PROJECT_VERSION@)\n" @ONLY)
set(CPACK_DEBIAN_DIGITNET_RUNTIME_PACKAGE_CONTROL_EXTRA "${PROJECT_BINARY_DIR}/debian/shlibs" "${debian_folder}/triggers")
set(CPACK_DEBIAN_DIGITNET_RUNTIME_PACKAGE_NAME "${debian_library}")
set(CPACK_DEBIAN_DIGITNET_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DIGITNET_RUNTIME_PACKAGE_MULTIARCH same)
set(CPACK_DEBIAN_DIGITNET_RUNTIME_DESCRIPTION "library of small convolutional networks
${about}
This package has the shared library.")

set(CPACK_DEBIAN_DIGITNET_DEVELOPMENT_PACKAGE_NAME libdigitnet-dev)
set(CPACK_DEBIAN_DIGITNET_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DIGITNET_DEVELOPMENT_PACKAGE_DEPENDS
    "${debian_library} (= ${PROJECT_VERSION}-${debian_revision}), zlib1g-dev"
)
if(DIGITNET_BLAS STREQUAL "OpenBLAS")
    string(APPEND CPACK_DEBIAN_DIGITNET_DEVELOPMENT_PACKAGE_DEPENDS ", libopenblas-dev")
endif()
set(CPACK_DEBIAN_DIGITNET_DEVELOPMENT_PACKAGE_RECOMMENDS digitnet-models)
set(CPACK_DEBIAN_DIGITNET_DEVELOPMENT_DESCRIPTION "library of small convolutional networks - development files
${about}
This package has the headers, the static library, the sources of readers of
pictures and data sets, what pkg-config and CMake need to find them, and the
documentation.")

set(CPACK_DEBIAN_DIGITNET_MODELS_PACKAGE_NAME digitnet-models)
set(CPACK_DEBIAN_DIGITNET_MODELS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_DIGITNET_MODELS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DIGITNET_MODELS_DESCRIPTION "library of small convolutional networks - models of digits
${about}
This package has the trained models that read digits, and says what each was
trained on.")

set(CPACK_DEBIAN_DIGITNET_EXAMPLES_PACKAGE_NAME digitnet-examples)
set(CPACK_DEBIAN_DIGITNET_EXAMPLES_PACKAGE_SECTION science)
set(CPACK_DEBIAN_DIGITNET_EXAMPLES_PACKAGE_DEPENDS "${debian_library} (>= ${PROJECT_VERSION}), digitnet-models (>= ${PROJECT_VERSION})")
if(DIGITNET_BUILD_MPI) # mnist_train
    string(APPEND CPACK_DEBIAN_DIGITNET_EXAMPLES_PACKAGE_DEPENDS ", ${debian_mpi_library} (>= ${PROJECT_VERSION})")
endif()
set(CPACK_DEBIAN_DIGITNET_EXAMPLES_PACKAGE_RECOMMENDS gnuplot-nox)
set(CPACK_DEBIAN_DIGITNET_EXAMPLES_PACKAGE_SUGGESTS "libdigitnet-dev, cmake, dataset-fashion-mnist")
set(CPACK_DEBIAN_DIGITNET_EXAMPLES_DESCRIPTION "library of small convolutional networks - examples
${about}
This package has programs that train on MNIST, Fashion-MNIST and folders of
pictures and that read digits from pictures, their sources, and a small part
of MNIST to try them on.")

set(CPACK_DEBIAN_DIGITNET_MPI_RUNTIME_PACKAGE_CONTROL_EXTRA "${PROJECT_BINARY_DIR}/debian/mpi/shlibs" "${debian_folder}/triggers")
set(CPACK_DEBIAN_DIGITNET_MPI_RUNTIME_PACKAGE_NAME "${debian_mpi_library}")
set(CPACK_DEBIAN_DIGITNET_MPI_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DIGITNET_MPI_RUNTIME_PACKAGE_MULTIARCH same)
set(CPACK_DEBIAN_DIGITNET_MPI_RUNTIME_PACKAGE_DEPENDS "${debian_library} (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DIGITNET_MPI_RUNTIME_DESCRIPTION "library of small convolutional networks - several machines
${about}
This package has the shared library by which several processes train one
model together, with Open MPI.")

set(CPACK_DEBIAN_DIGITNET_MPI_DEVELOPMENT_PACKAGE_NAME libdigitnet-mpi-dev)
set(CPACK_DEBIAN_DIGITNET_MPI_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DIGITNET_MPI_DEVELOPMENT_PACKAGE_DEPENDS
    "${debian_mpi_library} (= ${PROJECT_VERSION}-${debian_revision}), libdigitnet-dev (= ${PROJECT_VERSION}-${debian_revision}), libopenmpi-dev"
)
set(CPACK_DEBIAN_DIGITNET_MPI_DEVELOPMENT_DESCRIPTION "library of small convolutional networks - MPI development files
${about}
This package has what programs are compiled with that train together by Open
MPI: the header, and what pkg-config and CMake need to find the library.")
