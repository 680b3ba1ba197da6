# The readers of pictures and data sets, which programs compile in, with libpng and libjpeg.
set(digitnet_readers files.c image_array.c read_cifar.c read_csv.c read_folder.c read_image.c read_jpeg.c read_pgm.c read_png.c resize.c)
set(digitnet_reader_headers files.h image_array.h read_image.h readers.h resize.h)
