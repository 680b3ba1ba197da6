#include "digitnet/version.h"

const char *digitnet_version(void) {
    return DIGITNET_VERSION_STRING;
}
