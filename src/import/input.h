/* What a file's graph takes. */
#ifndef DNN_IMPORT_INPUT_H
#define DNN_IMPORT_INPUT_H

#include "import/importer.h"

/* Sets the importer's batch and input, and gives the one input that is needed its activation. EUNSUPPORTED for more
 * than one, and for what is no image. */
digitnet_status digitnet__import_input(digitnet__importer *importer);

/* The type of the elements of what the graph lists as an input or output, DNN_DATA_*; 0 where it is not said. */
digitnet_status digitnet__import_element(uint64_t *element, digitnet__wire_view listed);

#endif
