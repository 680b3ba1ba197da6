/* A picture of what augmentation does to digits. */
#ifndef AUGMENTATION_SHEET_H
#define AUGMENTATION_SHEET_H

#include <digitnet/digitnet.h>

/* Writes data and script of augmentation.png into the folder, and has gnuplot draw it: for each change a digit of the
 * data set as it is, and as a training would see it in some epochs. 0, also where gnuplot is missing or fails, with a
 * message; -1, with a message, where a file could not be written. */
int write_augmentation_sheet(const char *folder, const digitnet_dataset *digits, uint64_t seed);

#endif
