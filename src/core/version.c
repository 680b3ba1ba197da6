#include "digitnet/version.h"

#include "core/ieee.h"

const char *digitnet_version(void) {
    return DIGITNET_VERSION_STRING;
}
