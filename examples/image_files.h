/* Files that hold many images each, read as a folder of pictures is: CIFAR's binary files, and CSV files. */
#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include "readers.h"

/* Whether the path is a file, which is taken for a CSV file, or a folder with the files of CIFAR-10 or CIFAR-100. */
int holds_image_files(const char *path);

/* All images to train on, and in `folder` what list_pictures() and load_pictures() leave there for pictures: labels,
 * names of the classes (CIFAR's where the file with them is there, else numbers), and "image 1" and so on in place of
 * paths; also the size and the channels. A CSV file's images have the size that `folder` says; where that is zero, they
 * must be squares. Whatever the status, the caller frees both, `folder` with free_pictures(). */
digitnet_status load_image_files(digitnet_dataset **all, struct picture_folder *folder, const char *path);

#endif
