/* The nodes of a graph, one after the other. */
#ifndef DNN_IMPORT_READ_H
#define DNN_IMPORT_READ_H

#include "import/importer.h"

/* Reads all nodes that are needed, and gives each of their outputs an activation or a constant. EUNSUPPORTED names all
 * that could not be read. */
digitnet_status digitnet__import_read_nodes(digitnet__importer *importer);

#endif
