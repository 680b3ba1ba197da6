/* A folder of pictures, or files of images, as data to train on and to validate with. */
#ifndef PICTURE_DATA_H
#define PICTURE_DATA_H

#include "readers.h"

struct picture_data {
    struct picture_folder folder; /* its classes, and the size and the channels of the images */
    digitnet_dataset *train, *validation;
    const char **validation_paths; /* of the pictures in `validation`, in its order; of files "image 1" and so on */
    float background;              /* the mean of the training images' corners: what surrounds what they show */
};

struct picture_data_options {
    size_t height, width; /* zero: 64 x 64 for pictures, and what the files say */
    double validation;    /* the part of each class that is put aside */
    uint64_t seed;        /* by which it is drawn */
    int grey;             /* grey also where pictures have colours */
};

/* Reads images into memory, and splits them: the pictures in the sub-folders of a folder, or what load_image_files()
 * reads. Says on stderr what is left out: files that are no pictures, and pictures that cannot be read. Without `grey`
 * images are in colour where any picture has colours. There are two classes at least, with a picture that can be read
 * in each, but for labels of files that leave some out; after a failure nothing is left to free. */
digitnet_status load_picture_data(struct picture_data *data, const char *path,
                                  const struct picture_data_options *options);
void free_picture_data(struct picture_data *data);

#endif
