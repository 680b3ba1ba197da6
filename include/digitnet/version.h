/** @file version.h  The version of the headers, and of the library that is linked. */
#ifndef DIGITNET_VERSION_H
#define DIGITNET_VERSION_H

#include "digitnet/export.h"

#define DIGITNET_VERSION_MAJOR 0
#define DIGITNET_VERSION_MINOR 1
#define DIGITNET_VERSION_PATCH 0
#define DIGITNET_VERSION_STRING "0.1.0"

DIGITNET_BEGIN_DECLARATIONS

/** The version of the linked library as "major.minor.patch"; a constant string. Safe from any thread. */
DIGITNET_API const char *digitnet_version(void);

DIGITNET_END_DECLARATIONS
#endif
