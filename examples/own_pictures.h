/* Pictures of single digits that somebody brings to learn from, in a folder for each class. */
#ifndef OWN_PICTURES_H
#define OWN_PICTURES_H

#include "framed_digits.h"

/* Reads FOLDER/0/ to FOLDER/9/; sub-folders of other names hold what is no digit, whose label is `no_digit`. A picture
 * without ink is left out, with a message on stderr. To be freed after a failure as well. */
digitnet_status read_own_pictures(struct framed_digits *own, const char *folder, int32_t no_digit);

#endif
