/**
 * @file version.h
 * The version of the headers, and of the library that is linked.
 */
#ifndef DIGITNET_VERSION_H
#define DIGITNET_VERSION_H

#include "digitnet/export.h"

#define DIGITNET_VERSION_MAJOR 0 /**< The headers' major version. */
#define DIGITNET_VERSION_MINOR 1 /**< The headers' minor version. */
#define DIGITNET_VERSION_PATCH 0 /**< The headers' patch level. */
/** The headers' version as "major.minor.patch". */
#define DIGITNET_VERSION_STRING \
    DIGITNET_VERSION_TEXT_(DIGITNET_VERSION_MAJOR, DIGITNET_VERSION_MINOR, DIGITNET_VERSION_PATCH)
#define DIGITNET_VERSION_TEXT_(major, minor, patch) DIGITNET_VERSION_JOIN_(major, minor, patch)
#define DIGITNET_VERSION_JOIN_(major, minor, patch) #major "." #minor "." #patch

DIGITNET_BEGIN_DECLARATIONS

/**
 * The version of the library that is linked.
 *
 * Safe from any thread.
 *
 * @return "major.minor.patch", a constant string; DIGITNET_VERSION_STRING where library and headers are of one version
 */
DIGITNET_API const char *digitnet_version(void);

DIGITNET_END_DECLARATIONS
#endif
