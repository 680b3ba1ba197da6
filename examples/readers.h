/* Data as people have it, as data sets: folders of pictures, CSV files, CIFAR's binary files. A program of your own can
 * compile these files in. Files may hold anything: what is damaged is refused, with a status and a message in
 * digitnet_last_error() that names the file, and in it the row. */
#ifndef READERS_H
#define READERS_H

#include <digitnet/digitnet.h>

/* Pictures in a folder that has a sub-folder for each class, and what becomes of them. */
struct picture_folder {
    size_t height, width; /* the size that they are brought to */
    size_t channels;      /* 1: grey; 3: colour */
    size_t max_pixels;    /* larger files are refused; zero: 2^28 */
    /* Called by load_pictures() with the reason for each picture that cannot be read, which is then left out. NULL:
     * load_pictures() fails. */
    void (*leave_out)(const char *reason);
    /* Made by list_pictures(), in the order of their names. */
    char **classes; /* of the sub-folders; the first is label 0 */
    size_t class_count;
    char **paths;
    int32_t *labels;
    size_t count;
    size_t ignored;      /* what is no .png, .jpg, .jpeg or .pgm of a class, hidden files not counted */
    char *first_ignored; /* its path */
};

/* Looks at names alone. A class has one picture or more. After a failure nothing is left to free. */
digitnet_status list_pictures(struct picture_folder *folder, const char *path);
/* A data set that reads its pictures when they are asked for; `folder` must live longer. */
digitnet_status open_pictures(digitnet_dataset **out, const struct picture_folder *folder);
/* A data set of all pictures in memory. Those that are left out are taken from the lists, so that the data set's
 * samples and `paths` go together. */
digitnet_status load_pictures(digitnet_dataset **out, struct picture_folder *folder);
/* One picture of any folder as the images of these data sets are: in their size, with their channels. */
digitnet_status read_picture(uint8_t *pixels, const struct picture_folder *folder, const char *path);
void free_pictures(struct picture_folder *folder);

/* A row for each image: its label, then height x width x channels whole numbers from 0 to 255, row after row, with
 * commas between them. A first row that begins with no number is a header, and is skipped. */
digitnet_status load_csv(digitnet_dataset **out, const char *path, size_t height, size_t width, size_t channels);

/* data_batch_1.bin to data_batch_5.bin, and test_batch.bin. Either may be NULL where it is not wanted. */
digitnet_status load_cifar10(digitnet_dataset **train, digitnet_dataset **test, const char *folder);
/* train.bin and test.bin, with the labels of the 100 classes. */
digitnet_status load_cifar100(digitnet_dataset **train, digitnet_dataset **test, const char *folder);

#endif
