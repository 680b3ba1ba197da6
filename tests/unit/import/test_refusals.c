/* Files that are not read: each names what stands in the way. */
#include "graph_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct refusal {
    const char *text;
    digitnet_status status;
    const char *message;
} refusal;

/* Means of channels, all samples in one row, and how many samples there are. */
#define BY_STRIDES(nodes) \
    "x N,3,4,5; m = ReduceMean x axes=[2,3]; r = Reshape m i:-1; s = Shape x end=1; n = Squeeze s; " nodes

/* x[:, :, rows, columns], and the sum over three places of each window. */
#define GATHERED(indices) \
    "t = Transpose x perm=[2,3,0,1]; g = GatherND t " indices "; v = Transpose g perm=[4,5,0,1,2,3]; "
#define FIVE_TO_THREE "i:0,0,1,0,2,0,1,0,2,0,3,0,3,0,4,0,4,0@3x3x1x1x2"
#define MASK "b:0,0,1,0,0,0,0,0,1@3x3x1x1"
#define TERMS(first, second, rows, columns)                                                                       \
    "a00 = Gather z i:" first "@ axis=" rows "; b00 = Gather a00 i:0@ axis=" columns "; a10 = Gather z i:" second \
    "@ axis=" rows "; b10 = Gather a10 i:0@ axis=" columns "; a20 = Gather z i:2@ axis=" rows                     \
    "; b20 = Gather a20 i:0@ axis=" columns "; "
#define THREE "d = Add b00 b10; s = Add d b20; "
#define PLACES TERMS("0", "1", "3", "4") THREE
#define NO_ADAPTIVE "'GatherND' (node '') takes places that are no adaptive pool's"
#define NEARLY_ADAPTIVE(indices, sum, mask, counts)                                                                    \
    {                                                                                                                  \
        "x N,2,5,1; " GATHERED(indices) "z = Where " mask " f:0 v; " sum "y = Div s f:" counts, DIGITNET_EUNSUPPORTED, \
            NO_ADAPTIVE                                                                                                \
    }
#define NO_PATTERN(text) \
    { "x N,2,5,1; " text "y = Div s f:2,3,2@3x1", DIGITNET_EUNSUPPORTED, "moves the axis of the samples" }

#define NEARLY_LOG_SOFTMAX(sum, difference)                                                         \
    {                                                                                               \
        "x N,2,3; z = Relu x; l = ReduceLogSumExp " sum "; y = " difference, DIGITNET_EUNSUPPORTED, \
            "'ReduceLogSumExp' (node '') is not supported"                                          \
    }
#define NEARLY_STACK(first, second, along, mean)                                                                 \
    {                                                                                                            \
        "x N,3; u = Unsqueeze x i:" first "; v = Unsqueeze x i:" second "; c = Concat u v " along "; y = " mean, \
            DIGITNET_EUNSUPPORTED, "'Concat' (node '') takes"                                                    \
    }

static const refusal cases[] = {
    /* Constants */
    {"x N,1,1,2; c = Unsqueeze f:1,2 f:0; y = Add x c", DIGITNET_EUNSUPPORTED,
     "'Unsqueeze' (node '') of constants: axes"},
    {"x N,1,1,2; c = Unsqueeze f:1,2 i:0,1,2,3,4,5,6,7,8; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: axes"},
    {"x N,1,1,2; c = Unsqueeze f:1,2 i:0,1,2,3,4,5,6,7; y = Add x c", DIGITNET_EUNSUPPORTED, "more than 8 dimensions"},
    {"x N,1,1,2; c = Unsqueeze f:1,2 i:3; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Squeeze f:1,2 i:0; y = Add x c", DIGITNET_EFORMAT, "removes a dimension that is not 1"},
    {"x N,1,1,2; c = Squeeze f:1,2 i:1; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Reshape f:1,2 f:2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: shape"},
    {"x N,1,1,2; c = Reshape f:1,2 i:3; y = Add x c", DIGITNET_EFORMAT, "another number of values"},
    {"x N,1,1,2; c = Reshape f:1,2 i:-1,0; y = Add x c", DIGITNET_EFORMAT, "another number of values"},
    {"x N,1,1,2; c = Reshape f:1,2 i:4294967296,4294967296; y = Add x c", DIGITNET_EUNSUPPORTED, "its shape overflows"},
    {"x N,1,1,2; c = Reshape f:1,2 i:4294967296,4294967296,-1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "its shape overflows"},
    {"x N,1,1,2; c = Reshape f:1,2 i:-2,-1; y = Add x c", DIGITNET_EFORMAT, "another number of values"},
    {"x N,1,1,2; c = Reshape f:1,2; y = Add x c", DIGITNET_EFORMAT, "another number of values"},
    {"x N,1,1,2; c = Flatten f:1,2 axis=2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its axis"},
    {"x N,1,1,2; c = Flatten f:1,2 axis=-2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its axis"},
    {"x N,1,1,2; e = Flatten f:@0; c = Concat e f:1 axis=0; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its axis"},
    {"x N,1,1,2; r = Cast f:1e30,2 to=7; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "a number that is no integer"},
    {"x N,1,1,2; r = Cast f:nan,2 to=7; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "a number that is no integer"},
    {"x N,1,1,2; c = Cast f:1,2 to=1.0; y = Add x c", DIGITNET_EFORMAT, "attribute 'to' of another type"},
    {"x N,1,1,2; c = CastLike f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = CastLike f:1e30,2 i:1; y = Add x c", DIGITNET_EUNSUPPORTED, "a number that is no integer"},
    {"x N,1,1,2; c = CastLike _ x; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants is not computed"},
    {"x:2 N,1,1,2; c = CastLike f:0.5 x; y = Mul x c", DIGITNET_EUNSUPPORTED,
     "'CastLike' (node '') rounds values to integers"},
    {"x N,1,1,2; s = Flatten x; a = ArgMax s axis=1; c = CastLike f:0.5 a; y = Mul x c", DIGITNET_EUNSUPPORTED,
     "rounds values to integers"},
    {"x N,1,1,2; c = Transpose f:1,2 perm=[0,1]; y = Add x c", DIGITNET_EUNSUPPORTED, "its order of axes"},
    {"x N,1,1,2; c = Transpose f:1,2@1x2 perm=[1,1]; y = Add x c", DIGITNET_EFORMAT, "one twice"},
    {"x N,1,1,2; c = Transpose f:1,2 perm=[1]; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Gather f:1,2 f:0; y = Add x c", DIGITNET_EUNSUPPORTED, "its indices"},
    {"x N,1,1,2; c = Gather f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "its indices"},
    {"x N,1,1,2; c = Gather n1@1x1x1x1x2 i:0@1x1x1x1x1 axis=4; y = Add x c", DIGITNET_EUNSUPPORTED, "its indices"},
    {"x N,1,1,2; c = Gather f:1,2 i:2; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Gather f:1,2 i:0 axis=1; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Concat f:1,2 i:1 axis=0; y = Add x c", DIGITNET_EUNSUPPORTED, "its inputs differ"},
    {"x N,1,1,2; c = Concat f:1,2 f:1@1x1 axis=0; y = Add x c", DIGITNET_EUNSUPPORTED, "its inputs differ"},
    {"x N,1,1,2; c = Concat f:1@1x1 f:1,2@1x2 axis=0; y = Add x c", DIGITNET_EUNSUPPORTED, "its inputs differ"},
    {"x N,1,1,2; c = Concat f:1,2 _ f:1 axis=0; y = Add x c", DIGITNET_EUNSUPPORTED, "its inputs differ"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 i:1 i:0 i:0; y = Add x c", DIGITNET_EFORMAT, "steps of 0"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 i:1 i:0 i:-9223372036854775808; y = Add x c", DIGITNET_EFORMAT, "steps of 0"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 i:1,2; y = Add x c", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 i:1 i:0,0; y = Add x c", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 i:1 i:0 i:1,1; y = Add x c", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,1,1,2; c = Slice f:1,2 i:0,0 i:1,1; y = Add x c", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 i:1 i:1; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Slice f:1,2 i:0 f:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: ends"},
    {"x N,1,1,2; c = Expand f:1,2 f:2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its shape"},
    {"x N,1,1,2; c = Expand f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its shape"},
    {"x N,1,1,2; c = Expand f:1,2 i:-1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its shape"},
    {"x N,1,1,2; c = Expand f:1,2 i:1,1,1,1,1,1,1,1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its shape"},
    {"x N,1,1,2; c = Expand f:1,2 i:3; y = Add x c", DIGITNET_EFORMAT, "shapes do not fit"},
    {"x N,1,1,2; c = Tile f:1,2 i:1,1; y = Add x c", DIGITNET_EFORMAT, "repeats of other dimensions"},
    {"x N,1,1,2; a = Tile f:@2147483647x0 i:2147483646,1; b = Tile a i:2147483646,1; c = Tile b "
     "i:2147483646,1; y = Add x c",
     DIGITNET_EUNSUPPORTED, "of constants: its repeats"},
    {"x N,1,1,2; c = Tile f:1,2 i:2147483646; y = Add x c", DIGITNET_ELIMIT, "exceed the limit"},
    {"x N,1,1,2; c = ConstantOfShape f:2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its shape"},
    {"x N,1,1,2; c = ConstantOfShape i:2 value=f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its value"},
    {"x N,1,1,2; c = ConstantOfShape i:2 value='no'; y = Add x c", DIGITNET_EUNSUPPORTED,
     "values of type 0 are not read"},
    {"x N,1,1,2; a = ConstantOfShape i:2147483646,2147483646,2147483646; c = Reshape a i:2; y = Add x "
     "c",
     DIGITNET_ELIMIT, "the size of a constant overflows"},
    {"x N,1,1,2; r = Range i:0@ i:2@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; r = Range i:0@ i:2@ f:1@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its inputs"},
    {"x N,1,1,2; r = Range i:0,1 i:2@ i:1@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its inputs"},
    {"x N,1,1,2; r = Range i:0@ _ i:1@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its inputs"},
    {"x N,1,1,2; r = Range i:0@ i:2@ i:0@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its length"},
    {"x N,1,1,2; r = Range i:2@ i:0@ i:1@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its length"},
    {"x N,1,1,2; r = Range i:0@ i:2@ i:-1@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its length"},
    {"x N,1,1,2; r = Range i:0@ i:65536@ i:1@; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: its length"},
    {"x N,1,1,2; r = Range i:-9223372036854775808@ i:9223372036854775807@ i:1@; c = Cast r to=1; y = "
     "Add x c",
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {"x N,1,1,2; c = Add f:1,2 i:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Add f:1,2 f:1 f:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Add f:1,2 _ f:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Add f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Add f:1,2 f:1,2,3; y = Add x c", DIGITNET_EFORMAT, "shapes do not fit"},
    {"x N,1,1,2; c = Add f:1,2 f:1,2@1x2 axis=0; y = Add x c", DIGITNET_EFORMAT, "more dimensions than there are"},
    {"x N,1,1,2; c = Add f:1,2 f:1,2 axis=2; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = Add f:1,2 f:1,2 axis=0.0; y = Add x c", DIGITNET_EFORMAT, "attribute 'axis' of another type"},
    {"x N,1,1,2; r = Div i:1,2 i:0; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED, "a division by 0 or -1"},
    {"x N,1,1,2; r = Mod i:1,2 i:-1; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED, "a division by 0 or -1"},
    {"x N,1,1,2; r = Mod i:1,2 i:3 fmod=1.0; c = Cast r to=1; y = Add x c", DIGITNET_EFORMAT,
     "attribute 'fmod' of another type"},
    {"x N,1,1,2; r = Pow i:1,2 i:3; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED, "a power of integers"},
    {"x N,1,1,2; c = Where b:1,0 f:1 i:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Where b:1,0 f:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Where b:1,0 _ f:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Where b:1,0 f:1 _ f:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = Where b:1,0 f:1 f:1,2,3; y = Add x c", DIGITNET_EFORMAT, "shapes do not fit"},
    {"x N,1,1,2; r = Abs i:1,2; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED, "of integers"},
    {"x N,1,1,2; r = Neg i:-9223372036854775808,1; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "an integer out of range"},
    {"x N,1,1,2; c = Clip f:1,2 f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its limits"},
    {"x N,1,1,2; c = Clip f:1,2 _ f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its limits"},
    {"x N,1,1,2; c = Clip i:1,2 i:1; y = Add x c", DIGITNET_EUNSUPPORTED, "of integers"},
    {"x N,1,1,2; c = Clip f:1,2 min=[1.0,2.0]; y = Add x c", DIGITNET_EFORMAT, "attribute 'min' of another type"},
    {"x N,1,1,2; s = ReduceSum f:@0; c = Reshape s i:1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of constants: of nothing"},
    {"x N,1,1,2; r = ReduceProd i:9007199254740992,1; c = Cast r to=1; y = Add x c", DIGITNET_EUNSUPPORTED,
     "a result out of range"},
    {"x N,1,1,2; c = ReduceSum f:1,2 i:1; y = Add x c", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,1,1,2; c = ReduceSum f:1,2 keepdims=1.0; y = Add x c", DIGITNET_EFORMAT,
     "attribute 'keepdims' of another type"},
    {"x N,1,1,2; c = MatMul f:1,2 i:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = MatMul i:1,2 f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = MatMul f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = MatMul f:1,2 f:1@; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = MatMul f:1@ f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = MatMul f:1,2 n1@2x2x2; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants: its inputs"},
    {"x N,1,1,2; c = MatMul f:1,2 f:1,2,3; y = Add x c", DIGITNET_EFORMAT, "shapes do not fit"},
    {"x N,1,1,2; c = Asin f:1,2; y = Add x c", DIGITNET_EUNSUPPORTED, "'Asin' (node '') of constants is not computed"},
    {"x N,1,1,2; c = Relu _; y = Add x c", DIGITNET_EUNSUPPORTED, "of constants is not computed"},
    {"x N,1,1,2; c = Constant; y = Add x c", DIGITNET_EFORMAT, "has 0 attributes; it must have one value"},
    {"x N,1,1,2; c = Constant value_float=1.0 value_int=1; y = Add x c", DIGITNET_EFORMAT,
     "has 2 attributes; it must have one value"},
    {"x N,1,1,2; c = Constant value_string='no'; y = Add x c", DIGITNET_EUNSUPPORTED,
     "of a type that is not supported"},
    /* Inputs and outputs */
    {"x N,2,3,4; z N,2,3,4; y = Add x z", DIGITNET_EUNSUPPORTED, "depends on 2 inputs; it must be 1"},
    {"x N,2,3,4,5; y = Relu x", DIGITNET_EUNSUPPORTED, "input 'x' is no N x channels"},
    {"x:8 N,2,3,4; y = Relu x", DIGITNET_EUNSUPPORTED, "input 'x' is no N x channels"},
    {"x N,C,3,4; y = Relu x", DIGITNET_EUNSUPPORTED, "input 'x' is no N x channels"},
    {"x; y = Relu x", DIGITNET_EUNSUPPORTED, "input 'x' is no N x channels"},
    {"x N,2,3,4; y = Add f:1 f:2", DIGITNET_EUNSUPPORTED, "depends on 0 inputs"},
    {"x N,2,3,4; s = Shape x; y = Cast s to=1", DIGITNET_EUNSUPPORTED, "no output of the graph depends on its input"},
    {"x N,2,3,4; s = Shape x; y = Cast s to=1; z = Neg y; -> z y", DIGITNET_EUNSUPPORTED,
     "no output of the graph depends on its input"},
    {"x N,2,3,4; y = Relu x; -> z", DIGITNET_EFORMAT, "no node gives the graph's output 'z'"},
    {"x N,2,3,4; y = Relu x; ->", DIGITNET_EFORMAT, "the graph has no output"},
    {"x N,2,3,4; y = Relu z", DIGITNET_EFORMAT, "takes 'z', which nothing gives"},
    {"x N,2,3,4; y = Relu z; z = Relu x", DIGITNET_EFORMAT, "takes 'z', which only a later node gives"},
    {"x N,2,3,4; y = Relu x; y = Relu x", DIGITNET_EFORMAT, "the name 'y' is given to more than one value"},
    {"x N,2,3,4; r = Reshape x i:-1,4; y = Relu r", DIGITNET_EUNSUPPORTED, "has another number of samples"},
    {"x N,3,H,W; f = Flatten x; y = Gemm f n1@100x2", DIGITNET_EUNSUPPORTED, "leaves its size open, and for 28x28: "},
    {"x N,3,H,W; y = Conv x n1@2x3x40x1", DIGITNET_EUNSUPPORTED, "windows of 40 over 28 rows"},
    {"x N,3,H,W; r = Reshape x i:0,5,7; y = Conv r n1@2x5x1", DIGITNET_EUNSUPPORTED, "makes another number of values"},
    /* Nodes */
    {"x N,2,3,4; y = Nothing x", DIGITNET_EUNSUPPORTED, "operator 'Nothing' (node '') is not supported"},
    {"x N,2,3,4; y = com.else:Relu x", DIGITNET_EUNSUPPORTED, "of domain 'com.else' is not supported"},
    {"x N,2,3,4; y = ai.onnx.ml:Nothing x", DIGITNET_EUNSUPPORTED, "of domain 'ai.onnx.ml' is not supported"},
    {"x N,2,3,4; y = Relu x also=1", DIGITNET_EUNSUPPORTED, "has attribute 'also', which is not supported"},
    {"x N,2,3,4; y = Relu x x", DIGITNET_EUNSUPPORTED, "has 2 inputs; at most 1 are read"},
    {"x N,2,3,4; y,z = Relu x; -> z", DIGITNET_EUNSUPPORTED, "gives 'z', which is not read"},
    {"x N,2,3,4; y = Relu x alpha=1 alpha=2", DIGITNET_EFORMAT, "has attribute 'alpha' twice"},
    {"x N,2,3,4; a = Nothing x; b = Never a; c = Relu b; y = Add c f:1", DIGITNET_EUNSUPPORTED,
     "memory: operator 'Nothing' (node '') is not supported; operator 'Never' ("},
    {"x N,2,3,4; a = ArgMax x axis=1; y = Relu a", DIGITNET_EUNSUPPORTED, "is not over the scores"},
    {"x N,5; a = ArgMax x axis=1; y = Relu a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; y = ArgMax x", DIGITNET_EUNSUPPORTED, "is not over the scores"},
    {"x N,2,3,4; y = Gather f:1,2 x", DIGITNET_EUNSUPPORTED, "has no input 0 that depends on the image"},
    {"x N,2,3,4; r = Reshape x i:-1,4; y = Add r x", DIGITNET_EUNSUPPORTED,
     "takes two activations of different samples"},
    {"x N,2,3,4; r = Reshape x i:-1,4; y = Add x r", DIGITNET_EUNSUPPORTED,
     "takes two activations of different samples"},
    {"x N,2,3,4; y = If x", DIGITNET_EFORMAT, "has no 'then_branch' with 1 outputs"},
    {"x N,2,3,4; y = If", DIGITNET_EFORMAT, "has 0 inputs; it must have a condition"},
    /* Convolutions */
    {"x N,2,3,4; y = Conv x", DIGITNET_EFORMAT, "has no input 1"},
    {"x N,2,3,4; z = Relu x; y = Conv x z", DIGITNET_EUNSUPPORTED, "has no constant as input 1"},
    {"x N,2,3,4; y = Conv x n1@2", DIGITNET_EUNSUPPORTED, "a kernel of 1 dimensions"},
    {"x N,2,3,4; y = Conv x f:@0x2x1x1", DIGITNET_EUNSUPPORTED, "a kernel of 4 dimensions"},
    {"x N,2,3,4; y = Conv x f:inf,1@1x2x1x1", DIGITNET_EFORMAT, "a value in input 1 that is not finite"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 f:1", DIGITNET_EFORMAT, "a bias of 1 values for 2 filters"},
    {"x N,2,3,4; y = Conv x n1@3x1x1x1 group=2", DIGITNET_EFORMAT,
     "has 3 filters of 1 channels in 2 groups for an image of 2 channels"},
    {"x N,2,3,4; y = Conv x n1@3x3x1x1", DIGITNET_EFORMAT, "has 3 filters of 3 channels in 1 groups"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 group=0", DIGITNET_EFORMAT, "in 0 groups"},
    {"x N,2,3,4; y = Conv x n1@2x0x1x1 group=2147483648", DIGITNET_EUNSUPPORTED, "a kernel of 4 dimensions"},
    {"x N,2,3,4; y = Conv x n1@2x1x1x1 group=2147483648", DIGITNET_EFORMAT, "in 2147483648 groups"},
    {"x N,2,3,4; y = Conv x n1@4x0x1x1 group=3", DIGITNET_EUNSUPPORTED, "a kernel of 4 dimensions"},
    {"x N,3,3,4; y = Conv x n1@4x1x1x1 group=2", DIGITNET_EFORMAT, "in 2 groups for an image of 3 channels"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 kernel_shape=[1]", DIGITNET_EUNSUPPORTED,
     "'kernel_shape' of 1 dimensions; what it takes has 2"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 kernel_shape=[2,1]", DIGITNET_EFORMAT,
     "a 'kernel_shape' that is not that of its weights"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 strides=[0,1]", DIGITNET_EFORMAT, "'strides' out of range"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 strides=[1,2147483648]", DIGITNET_EFORMAT, "'strides' out of range"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 strides=[1,1,1]", DIGITNET_EUNSUPPORTED, "attribute 'strides' of 3 values"},
    {"x N,2,3,4; y = Conv x n1@2x2x2x1 dilations=[2147483647,1]", DIGITNET_EFORMAT,
     "a kernel whose size is out of range"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 pads=[0,0]", DIGITNET_EUNSUPPORTED, "'pads' of 2 sides; what it takes has 4"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 pads=[0,0,-1,0]", DIGITNET_EUNSUPPORTED, "'pads' that are out of range"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 pads=[0,0,2147483648,0]", DIGITNET_EUNSUPPORTED, "'pads' that are out of range"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 auto_pad='VALID' pads=[1,0,0,0]", DIGITNET_EFORMAT, "'pads' beside 'auto_pad'"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 auto_pad='SAME_UPPER' pads=[0,1,0,0]", DIGITNET_EFORMAT,
     "'pads' beside 'auto_pad'"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 auto_pad='SAME_LOWER' pads=[0,0,1,0]", DIGITNET_EFORMAT,
     "'pads' beside 'auto_pad'"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 auto_pad='VALID' pads=[0,0,0,1]", DIGITNET_EFORMAT, "'pads' beside 'auto_pad'"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x1 auto_pad='SOME'", DIGITNET_EFORMAT, "an 'auto_pad' that is none"},
    {"x N,2,3,4; y = Conv x n1@2x2x4x1", DIGITNET_EUNSUPPORTED, "windows of 4 over 3 rows"},
    {"x N,2,3,4; y = Conv x n1@2x2x1x5", DIGITNET_EUNSUPPORTED, "windows of 5 over 4 columns"},
    {"x N,2,3,4; y = Conv x n1@2x2x1", DIGITNET_EUNSUPPORTED, "takes 4 dimensions by windows of one"},
    {"x N,3; r = Reshape x i:0,3,1; e = Expand r i:1,3,4; y = Conv e n1@1x3x2", DIGITNET_EUNSUPPORTED,
     "takes 3 dimensions by windows of one"},
    {"x N,12; y = Conv x n1@2x2x1x1", DIGITNET_EUNSUPPORTED, "takes 2 dimensions; images have 4"},
    {"x N,2,3,4; y = ConvTranspose x n1@3x2x1x1", DIGITNET_EFORMAT, "a kernel for 3 channels in 1 groups, not 2"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x1x1 group=0", DIGITNET_EFORMAT, "a kernel for 2 channels in 0 groups"},
    {"x N,3,3,4; y = ConvTranspose x n1@3x2x1x1 group=2", DIGITNET_EFORMAT, "a kernel for 3 channels in 2 groups"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_shape=[4,0]", DIGITNET_EUNSUPPORTED,
     "an 'output_shape' out of range"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_shape=[2147483648,5]", DIGITNET_EUNSUPPORTED,
     "an 'output_shape' out of range"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_shape=[5,5]", DIGITNET_EUNSUPPORTED,
     "an 'output_padding' out of range"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 dilations=[2,1]", DIGITNET_EUNSUPPORTED, "has dilations"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 dilations=[1,2]", DIGITNET_EUNSUPPORTED, "has dilations"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_shape=[4,5,5]", DIGITNET_EUNSUPPORTED,
     "attribute 'output_shape' of 3 values"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_padding=[1,0]", DIGITNET_EUNSUPPORTED,
     "an 'output_padding' out of range"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_padding=[0,-1]", DIGITNET_EUNSUPPORTED,
     "an 'output_padding' out of range"},
    {"x N,65,1,1; y = ConvTranspose x n1@65x1x1x1 group=65", DIGITNET_EUNSUPPORTED, "more than 64 groups"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x1x1x1 f:1 group=2", DIGITNET_EFORMAT, "a bias of 1 values for 2 filters"},
    {"x N,2,3,4; z = Relu x; y = ConvTranspose x n1@2x1x1x1 z group=2", DIGITNET_EUNSUPPORTED,
     "has no constant as input 2"},
    /* Pad */
    {"x N,2,3,4; y = Pad x i:0,0", DIGITNET_EFORMAT, "has 2 sides for 4 dimensions"},
    {"x N,2,3,4; z = Relu x; y = Pad x z", DIGITNET_EUNSUPPORTED, "pads that depend on more than the image's size"},
    {"x N,2,3,4; y = Pad f:1 x", DIGITNET_EUNSUPPORTED, "pads what does not depend on the image"},
    {"x N,2,3,4; y = Pad x i:1,0,0,0,0,0,0,0", DIGITNET_EUNSUPPORTED, "pads the samples"},
    {"x N,2,3,4; y = Pad x i:0,0,0,0,1,0,0,0", DIGITNET_EUNSUPPORTED, "pads the samples"},
    {"x N,2,3,4; y = Pad x i:0,0,2147483648,0,0,0,0,0", DIGITNET_EFORMAT, "a side out of range"},
    {"x N,2,3,4; y = Pad x i:0,0,-2147483648,0,0,0,0,0", DIGITNET_EFORMAT, "a side out of range"},
    {"x N,2,3,4; y = Pad x i:0,0,0,0,0,0,2147483648,0", DIGITNET_EFORMAT, "a side out of range"},
    {"x N,2,3,4; y = Pad x i:0,0,0,0,0,0,-2147483648,0", DIGITNET_EFORMAT, "a side out of range"},
    {"x N,2,3,4; y = Pad x i:0,0,1,0,0,0,0,0 mode='other'", DIGITNET_EFORMAT, "a 'mode' that is none"},
    {"x N,2,3,4; y = Pad x i:0,0,-3,0,0,0,0,0 mode='edge'", DIGITNET_EUNSUPPORTED, "leaves nothing of an axis"},
    {"x N,1,1,3; y = Pad x i:0,0,1,0,0,0,0,0 mode='reflect'", DIGITNET_EUNSUPPORTED, "reflects an axis of one value"},
    {"x N,2,3,4; y = Pad x i:0,0,1,0,0,0,0,0 f:inf", DIGITNET_EUNSUPPORTED, "pads with a value that is not finite"},
    {"x N,2,3,4; y = Pad x i:0,0,1,0,0,0,0,0 f:1,2", DIGITNET_EFORMAT, "has 2 values in input 2"},
    {"x N,6,5,3; y = Pad x i:0,-1,0,0,0,0,0,0", DIGITNET_EUNSUPPORTED, "cuts off rows or columns"},
    {"x N,6,5,3; y = Pad x i:0,0,0,0,0,0,-1,0", DIGITNET_EUNSUPPORTED, "cuts off rows or columns"},
    {"opset 18; x N,2,3,4; y = Pad x i:1,1 _ i:4", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; _,y = Pad x i:0,0,1,1,0,0,1,1 mode='edge'", DIGITNET_EUNSUPPORTED, "gives 'y', which is not read"},
    {"x N,2,3,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=[2,2] "
     "dilations=[1.0,1.0]",
     DIGITNET_EFORMAT, "attribute 'dilations' of another type"},
    {"x N,2,3,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=[2,2] "
     "ceil_mode=0.0",
     DIGITNET_EFORMAT, "attribute 'ceil_mode' of another type"},
    {"x N,2,3,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=[2,2] auto_pad=1",
     DIGITNET_EFORMAT, "attribute 'auto_pad' of another type"},
    {"x N,2,3,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p kernel_shape=2", DIGITNET_EFORMAT,
     "attribute 'kernel_shape' of another type"},
    {"x N,2,3,4; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p", DIGITNET_EFORMAT,
     "has no attribute 'kernel_shape'"},
    /* Pools and reductions */
    {"x N,2,3,4; y = MaxPool x", DIGITNET_EFORMAT, "has no attribute 'kernel_shape'"},
    {"x N,2,3,4; y = MaxPool x kernel_shape=[2,2] dilations=[2,1]", DIGITNET_EUNSUPPORTED, "has dilations"},
    {"x N,2,3,4; y = MaxPool x kernel_shape=[2,2] dilations=[1,2]", DIGITNET_EUNSUPPORTED, "has dilations"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,2] dilations=[1,2,1]",
     DIGITNET_EUNSUPPORTED, "windows of three dimensions"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,2] "
     "dilations=[1.0,1.0,1.0]",
     DIGITNET_EUNSUPPORTED, "windows of three dimensions"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,2] "
     "auto_pad='SAME_UPPER'",
     DIGITNET_EUNSUPPORTED, "windows of three dimensions"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,2] ceil_mode=1", DIGITNET_EUNSUPPORTED,
     "windows of three dimensions"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = MaxPool v kernel_shape=[1,2,2]", DIGITNET_EUNSUPPORTED,
     "windows of three dimensions"},
    {"x N,2,3,4; y = AveragePool x kernel_shape=[1,2,2]", DIGITNET_EUNSUPPORTED, "windows of three dimensions"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,2] strides=[1,1]",
     DIGITNET_EUNSUPPORTED, "'strides' that are not read"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,0]", DIGITNET_EUNSUPPORTED,
     "'kernel_shape' that are not read"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,2,2] "
     "pads=[0,0,0,0,0,32768]",
     DIGITNET_EUNSUPPORTED, "'pads' that are not read"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,4,2]", DIGITNET_EUNSUPPORTED,
     "windows of 4 over 3 values"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,1,1] pads=[0,0,0,0,0,1]",
     DIGITNET_EUNSUPPORTED, "windows of padding alone"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = AveragePool v kernel_shape=[1,1,1] pads=[0,0,1,0,0,0]",
     DIGITNET_EUNSUPPORTED, "windows of padding alone"},
    {"x N,3; y = GlobalAveragePool x", DIGITNET_EFORMAT, "takes 2 dimensions"},
    {"x N,2,3,4; y = ReduceMean x", DIGITNET_EUNSUPPORTED, "runs over the samples"},
    {"x N,2,3,4; y = ReduceMean x axes=[0,2]", DIGITNET_EUNSUPPORTED, "runs over the samples"},
    {"x N,2,3,4; y = ReduceMax x axes=[4]", DIGITNET_EFORMAT, "axis that is out of range"},
    /* Normalization */
    {"x N,1; s = Squeeze x i:1; y = BatchNormalization s f:1 f:0 f:0 f:1", DIGITNET_EFORMAT, "takes no channels"},
    {"x N,1; s = Squeeze x i:1; y = InstanceNormalization s f:1 f:0", DIGITNET_EFORMAT, "takes no channels"},
    {"x N,1; s = Squeeze x i:1; y = LRN s size=1", DIGITNET_EFORMAT, "takes no channels"},
    {"x N,1; s = Squeeze x i:1; y = MatMul s n1@1x1", DIGITNET_EUNSUPPORTED, "multiplies the samples"},
    {"x N,2,3,4; y = BatchNormalization x f:1,2,3 f:1,2,3 f:1,2,3 f:1,2,3", DIGITNET_EFORMAT,
     "3 values in input 1 for 2 channels"},
    {"x N,2,3,4; y = BatchNormalization x f:1,2 f:1,2 f:1,2 f:1,2 momentum=1", DIGITNET_EFORMAT,
     "attribute 'momentum' of another type"},
    {"x N,2,3,4; y = BatchNormalization x f:@0 f:1 f:1 f:1", DIGITNET_EFORMAT, "0 values in input 1 for 2 channels"},
    {"x N,2,3,4; y = BatchNormalization x f:1,2 f:1,2 f:1,2 f:1,2 training_mode=1", DIGITNET_EUNSUPPORTED,
     "is in training, or not by channels"},
    {"x N,2,3,4; y = BatchNormalization x f:1,2 f:1,2 f:1,2 f:1,2 spatial=0", DIGITNET_EUNSUPPORTED,
     "is in training, or not by channels"},
    {"x N,2,3,4; y = LayerNormalization x f:1,2 axis=0", DIGITNET_EUNSUPPORTED, "runs over the samples"},
    {"x N,2,3,4; y = LayerNormalization x f:1,2 axes=[1,3]", DIGITNET_EUNSUPPORTED, "over some of the axes"},
    {"x N,2,3,4; y = LayerNormalization x f:1,2 axes=[1,2]", DIGITNET_EUNSUPPORTED, "over some of the axes"},
    {"x N,2,3,4; y = LayerNormalization x f:1,2 axis=4", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = LayerNormalization x f:1,2 axes=[4]", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = GroupNormalization x f:1,2 f:1,2", DIGITNET_EUNSUPPORTED, "has no groups"},
    {"x N,2,3,4; y = GroupNormalization x f:1,2 f:1,2 num_groups=2147483648", DIGITNET_EUNSUPPORTED, "has no groups"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t "
     "i:0,4,3,4; y = GroupNormalization s f:1 f:1 num_groups=2",
     DIGITNET_EUNSUPPORTED, "channels in another order"},
    {"x N,2,3,4; y = LRN x", DIGITNET_EFORMAT, "a 'size' out of range"},
    {"x N,2,3,4; y = LRN x size=2147483648", DIGITNET_EFORMAT, "a 'size' out of range"},
    /* Activations */
    {"opset 11; x N,2,3,4; y = Softmax x axis=2", DIGITNET_EUNSUPPORTED, "runs over some of the axes"},
    {"x N,2,3,4; y = Softmax x axis=0", DIGITNET_EUNSUPPORTED, "runs over the samples"},
    {"x N,2,3,4; y = Softmax x axis=4", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = LeakyRelu x alpha=-1.0", DIGITNET_EUNSUPPORTED, "an 'alpha' below 0"},
    {"x N,2,3,4; y = Elu x alpha=0.0", DIGITNET_EUNSUPPORTED, "an 'alpha' that is not above 0"},
    {"x N,2,3,4; y = Selu x alpha=-1.0", DIGITNET_EUNSUPPORTED, "an 'alpha' that is not above 0"},
    {"x N,2,3,4; y = Celu x alpha=0.0", DIGITNET_EUNSUPPORTED, "an 'alpha' that is not above 0"},
    {"x N,2,3,4; y = Clip x f:1 f:0", DIGITNET_EUNSUPPORTED, "limits with nothing between"},
    {"x N,2,3,4; y = Clip x f:1,2", DIGITNET_EFORMAT, "has 2 values in input 1"},
    {"x N,2,3,4; z = Relu x; y = Clip x z", DIGITNET_EUNSUPPORTED, "has no constant as input 1"},
    {"x N,2,3,4; y = Max x f:1,2", DIGITNET_EFORMAT, "has 2 values in input 1"},
    {"x N,2,3,4; y = Max x _ x", DIGITNET_EUNSUPPORTED, "is not of an activation and one number"},
    {"x N,2,3,4; y = Max x f:nan", DIGITNET_EUNSUPPORTED, "is not of an activation and one number"},
    {"x N,2,3,4; y = PRelu x n1@5", DIGITNET_EUNSUPPORTED, "makes the result larger"},
    {"x N,2,3,4; y = Pow x f:1,2", DIGITNET_EUNSUPPORTED, "has 2 exponents"},
    /* Arithmetic */
    {"x N,2,3,4; y = Add x", DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3,4; y = Add x n1@2x2x3x4", DIGITNET_EUNSUPPORTED, "makes the result larger"},
    {"x N,2,3,4; y = Add x f:nan", DIGITNET_EFORMAT, "a constant that is not finite"},
    {"x N,2,3,4; y = Div x f:0", DIGITNET_EFORMAT, "divides by 0"},
    {"opset 6; x N,2,3,4; y = Add x n1@2x3x4x2 axis=1 broadcast=1", DIGITNET_EFORMAT, "more dimensions than there are"},
    {"x N,2,3,4; t = Reshape x i:0,4,3,2; y = Add x t", DIGITNET_EUNSUPPORTED, "two activations of different sizes"},
    {"x N,2,3,4; f = Flatten x; y = Mul x f", DIGITNET_EUNSUPPORTED, "two activations of different sizes"},
    {"x N,2,3,4; s = Slice x i:0 i:2 i:3; y = Sum x x s", DIGITNET_EUNSUPPORTED, "different sizes or orders"},
    /* Products */
    {"x N,6; y = MatMul x n1@5x2", DIGITNET_EFORMAT, "a matrix of 5x2 for 6 inputs"},
    {"x N,6; y = MatMul x f:@6x0", DIGITNET_EFORMAT, "a matrix of 6x0 for 6 inputs"},
    {"x N,6; y = MatMul x n1@2x6x2", DIGITNET_EUNSUPPORTED, "a matrix of 3 dimensions"},
    {"x N,6; y = MatMul n1@2x3 x", DIGITNET_EUNSUPPORTED, "multiplies a matrix by samples"},
    {"x N,6; y = MatMul x x", DIGITNET_EUNSUPPORTED, "has no constant as input 1"},
    {"x N,2,3,4; r = Reshape x i:-1,3,4; y = MatMul n1@2x3 r", DIGITNET_EUNSUPPORTED, "multiplies a matrix by samples"},
    {"x N,6; y = Gemm x n1@6x2 transA=1", DIGITNET_EUNSUPPORTED, "has 'transA'"},
    {"x N,2,3,4; y = Gemm x n1@4x2", DIGITNET_EFORMAT, "takes 4 dimensions; it must be 2"},
    {"x N,6; r = Relu x; y = Gemm x n1@6x6 r", DIGITNET_EUNSUPPORTED, "adds what is no constant"},
    {"x N,6; y = Gemm x n1@6x2 n1@3", DIGITNET_EUNSUPPORTED, "makes the result larger"},
    /* Side by side */
    {"x N,2,3,4; y = Concat x x", DIGITNET_EFORMAT, "has no attribute 'axis'"},
    {"x N,2,3,4; y = Concat x x axis=0", DIGITNET_EUNSUPPORTED, "joins samples"},
    {"x N,2,3,4; y = Concat x x axis=4", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; _,y = Concat x x axis=1", DIGITNET_EFORMAT, "has no output"},
    {"x N,2,3,4; f = Flatten x; y = Concat x f axis=1", DIGITNET_EFORMAT, "joins activations of different dimensions"},
    {"x N,2,3,4; s = Slice x i:0 i:2 i:2; y = Concat x s axis=1", DIGITNET_EUNSUPPORTED,
     "joins activations of different sizes"},
    {"x N,2,3,4; y = Concat x n1@1x1x3x5 axis=1", DIGITNET_EUNSUPPORTED, "joins a constant of another shape"},
    {"x N,2,3,4; y = Concat x n1@1x3x4 axis=1", DIGITNET_EUNSUPPORTED, "joins a constant of another shape"},
    {"x N,2,3,4; y = Concat x f:@1x0x3x4 axis=1", DIGITNET_EUNSUPPORTED, "joins a constant of another shape"},
    {"x N,2,3,4; y = Concat x n1@2x1x3x4 axis=1", DIGITNET_EUNSUPPORTED, "makes the result larger"},
    /* Parts */
    {"x N,2,3,4; y = Slice x i:0 i:1 i:0", DIGITNET_EUNSUPPORTED, "takes some of the samples"},
    {"x N,2,3,4; y = Slice x i:1 i:9223372036854775807 i:0", DIGITNET_EUNSUPPORTED, "takes some of the samples"},
    {"x N,2,3,4; y = Slice x i:0 i:9223372036854775807 i:0 i:2", DIGITNET_EUNSUPPORTED, "takes some of the samples"},
    {"x N,2,3,4; r = Reshape x i:-1,4; y = Slice r i:0 i:9223372036854775807 i:0", DIGITNET_EUNSUPPORTED,
     "takes some of the samples"},
    {"x N,2,3,4; y = Slice x i:0 i:1,2", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,2,3,4; y = Slice x i:0 i:1 i:1,2", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,2,3,4; y = Slice x i:0 i:1 i:1 i:1,1", DIGITNET_EFORMAT, "lists of different lengths"},
    {"x N,2,3,4; y = Slice x i:0 i:1 i:4", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = Slice x i:0 i:1 i:1 i:0", DIGITNET_EFORMAT, "steps that are out of range"},
    {"x N,2,3,4; y = Slice x i:0 i:1 i:1 i:2147483648", DIGITNET_EFORMAT, "steps that are out of range"},
    {"x N,2,3,4; y = Slice x i:0 i:1 i:1 i:-2147483648", DIGITNET_EFORMAT, "steps that are out of range"},
    {"x N,2,3,4; y = Slice x i:1 i:1 i:1", DIGITNET_EUNSUPPORTED, "takes nothing of an axis"},
    {"x N,2,3,4; y,z = Split x; -> y", DIGITNET_EUNSUPPORTED, "has 0 parts for 2 outputs"},
    {"x N,2,3,4; y,z = Split x axis=1 split=[1]; -> y", DIGITNET_EUNSUPPORTED, "has 1 parts for 2 outputs"},
    {"x N,2,3,4; y,z = Split x axis=3 split=[1,1]; -> y", DIGITNET_EFORMAT, "parts that are not those of its input"},
    {"x N,2,3,4; y,z = Split x axis=3 split=[0,4]; -> y", DIGITNET_EFORMAT, "parts that are not those of its input"},
    {"x N,2,3,4; y,z = Split x axis=3 split=[1,4]; -> y", DIGITNET_EFORMAT, "parts that are not those of its input"},
    {"x N,2,3,4; a,b,d = Split x axis=1; -> a", DIGITNET_EFORMAT, "parts that are not those of its input"},
    {"x N,2,3,4; y = Gather x f:1 axis=1", DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {"x N,2,3,4; y = Gather x i:1,0@1x2 axis=1", DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {"x N,2,3,4; y = Gather x i: axis=1", DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {"x N,2,3,4; y = Gather x i:0", DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@1x1; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; "
                "k = Gather r a; y = Relu k"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:2@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,2,1@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1@1x2x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:1,2,3@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@3x1x1; k = Gather r "
                "a; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@3x1x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ i:2@ i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x1x3x1x1; k = "
                "Gather r a; y = Relu k"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:1@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; k = Gather "
                "m a; y = Relu k"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:2@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1@1x2x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {BY_STRIDES("g = Range i:1@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {BY_STRIDES("g = Range i:0@ n i:2@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:0,1,2; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,4; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u u; b = Add i:0@1x1x1x1 a; k "
                "= Gather r b; y = Reshape k i:-1,3"),
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; k = Gather "
                "x a axis=1; y = Relu k"),
     DIGITNET_EUNSUPPORTED, "of constants: its length"},
    {"x 2,3,4,5; m = ReduceMean x axes=[2,3]; r = Reshape m i:-1; k = Gather r i:0,1,2@1x3x1x1; y = Relu k",
     DIGITNET_EUNSUPPORTED, "takes samples, or what depends on the image"},
    {"x 2,6; r = Reshape x i:-1; k = Gather r i:0,1,2,3,4,5,6,7,8,9,11,10@2x6; y = Relu k", DIGITNET_EUNSUPPORTED,
     "takes samples, or what depends on the image"},
    {"x 1,6; r = Reshape x i:-1; k = Gather r i:0,1,2,3,5,4@1x6; y = Relu k", DIGITNET_EUNSUPPORTED,
     "takes samples, or what depends on the image"},
    {"x N,6; y = GatherOfEach x", DIGITNET_EUNSUPPORTED, "'Gather' (node '') takes samples"},
    {"x N,2,3,4; z = Relu x; y = Gather x z axis=1", DIGITNET_EUNSUPPORTED,
     "takes samples, or what depends on the image"},
    {"x N,2,3,4; y = Gather x i:2 axis=1", DIGITNET_EFORMAT, "axis that is out of range"},
    /* Other sizes */
    {"x N,2,3,4; y = Resize x", DIGITNET_EUNSUPPORTED, "has no sizes that are known"},
    {"x N,2,3,4; y = Resize x _ f:1,2,2", DIGITNET_EUNSUPPORTED, "has no sizes that are known"},
    {"x N,2,3,4; y = Resize x _ f:2,1,1,1", DIGITNET_EUNSUPPORTED, "makes another number of samples"},
    {"x N,2,3,4; y = Resize x _ _ i:1,2,3,4", DIGITNET_EUNSUPPORTED, "makes another number of samples"},
    {"x N,2,3,4; y = Resize x _ f:1,1,1,20000", DIGITNET_EUNSUPPORTED, "a size that is out of range"},
    {"x N,2,3,4; y = Resize x _ f:1,1,1,0.1", DIGITNET_EUNSUPPORTED, "a size that is out of range"},
    {"opset 18; x N,2,3,4; y = Resize x _ f:2 axes=[4]", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = Resize x _ f:1,1,2,2 mode='area'", DIGITNET_EUNSUPPORTED, "in a way that is not supported"},
    {"opset 18; x N,2,3,4; y = Resize x _ f:1,1,2,2 mode='linear' antialias=1", DIGITNET_EUNSUPPORTED,
     "in a way that is not supported"},
    {"opset 18; x N,2,3,4; y = Resize x _ f:1,1,2,2 keep_aspect_ratio_policy='not_larger'", DIGITNET_EUNSUPPORTED,
     "in a way that is not supported"},
    {"x N,2,3,4; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='tf_crop_and_resize'", DIGITNET_EUNSUPPORTED,
     "in a way that is not supported"},
    {"opset 9; x N,6; y = Upsample x height_scale=2.0 width_scale=2.0", DIGITNET_EUNSUPPORTED,
     "has no sizes that are known"},
    /* Shapes */
    {"x N,2,3,4; y = Cast x to=7", DIGITNET_EUNSUPPORTED, "rounds values to integers"},
    {"x N,2,3,4; y = CastLike x i:1", DIGITNET_EUNSUPPORTED, "rounds values to integers"},
    {"x N,2,3,4; y = CastLike x", DIGITNET_EFORMAT, "has no input 1"},
    {"x N,2,3,4; y = Cast x to='INT32'", DIGITNET_EUNSUPPORTED, "rounds values to integers"},
    {"x N,2,3,4; y = Reshape x i:0,-2", DIGITNET_EFORMAT, "a size that is out of range"},
    {"x N,2,3,4; y = Reshape x i:0,0,0,0,0", DIGITNET_EFORMAT, "a size that is out of range"},
    {"x N,2,3,4; y = Reshape x i:0,24 allowzero=1", DIGITNET_EFORMAT, "a size that is out of range"},
    {"x N,2,3,4; y = Reshape x i:0,9223372036854775807,9223372036854775807", DIGITNET_EFORMAT,
     "a size that is out of range"},
    {"x N,2,3,4; y = Reshape x i:0,5", DIGITNET_EUNSUPPORTED, "makes another number of values"},
    {"x N,2,3,4; y = Reshape x i:24,-1", DIGITNET_EUNSUPPORTED, "makes another number of samples"},
    {"x N,2,3,4; y = Reshape x i:0,2,3,2,2,1,1,1,1,1", DIGITNET_EUNSUPPORTED,
     "shape that depend on more than the image's size"},
    {"x N,2,3,4; y = Reshape x f:24", DIGITNET_EUNSUPPORTED, "shape that depend on more than the image's size"},
    {"x N,2,3,4; y = Flatten x axis=2", DIGITNET_EUNSUPPORTED, "makes another number of samples"},
    {"x N,2,3,4; r = Reshape x i:-1,4; y = Flatten r", DIGITNET_EUNSUPPORTED, "makes another number of samples"},
    {"x N,2,3,4; y = Squeeze x i:1", DIGITNET_EFORMAT, "removes a dimension that is not 1"},
    {"x N,2,3,4; y = Squeeze x i:4", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = Unsqueeze x i:5", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = Unsqueeze x i:1,2,3,4,5,6,7,8,9", DIGITNET_EUNSUPPORTED, "makes 13 dimensions"},
    {"x N,2,3,4; y = Unsqueeze x i:0", DIGITNET_EUNSUPPORTED, "'output' (node 'y') has another number of samples"},
    {"x N,2,3,4; y = Transpose x perm=[0,1,2]", DIGITNET_EFORMAT, "a 'perm' of 3 axes for 4 dimensions"},
    {"x N,2,3,4; y = Transpose x", DIGITNET_EUNSUPPORTED, "moves the axis of the samples"},
    {"x N,2,3,4; y = Transpose x perm=[1,0,2,3]", DIGITNET_EUNSUPPORTED, "moves the axis of the samples"},
    {"x N,2,3,4; y = Transpose x perm=[0,1,1,3]", DIGITNET_EFORMAT, "one twice"},
    {"x N,2,3,4; y = Transpose x perm=[0,1,0,3]", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; y = Transpose x perm=[0,1,4,3]", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,2,3,4; r = Reshape x i:-1,4; y = Transpose r perm=[0,1]", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,5; a = ArgMax x axis=1; y = Transpose a perm=[0,1]; -> y:7", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,2,3,4; y = Expand x i:2,2,3,4", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,2,3,4; y = Expand x i:1,1,2,3,4", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,2,3,4; y = Expand x i:", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,2,3,4; y = Expand x i:1,2,3,5", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,2,3,4; y = Expand x i:1,2,0,4", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,2,3,4; y = Expand x i:1,2,2147483648,4", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,1,1,1; y = Expand x i:1,2147483647,2147483647,2147483647", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,1,1,1; y = Expand x i:1,65536,65536,1", DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,2,3,4; y = Tile x i:2,1,1,1", DIGITNET_EUNSUPPORTED, "repeats the samples, or too often"},
    {"x N,2,3,4; y = Tile x i:1,1,1", DIGITNET_EUNSUPPORTED, "repeats the samples, or too often"},
    {"x N,2,3,4; y = Tile x i:1,1,0,1", DIGITNET_EUNSUPPORTED, "repeats the samples, or too often"},
    {"x N,2,3,4; y = Tile x i:1,1,2147483648,1", DIGITNET_EUNSUPPORTED, "repeats the samples, or too often"},
    {"x N,2,3,4; y = Tile x i:1,2147483647,2147483647,2147483647", DIGITNET_EUNSUPPORTED,
     "repeats the samples, or too often"},
    {"x N,2,3,4; y = Tile x i:1,65536,65536,1", DIGITNET_EUNSUPPORTED, "repeats the samples, or too often"},
    {"x N,4,3,2; y = DepthToSpace x blocksize=0", DIGITNET_EFORMAT, "has no image, or no block size"},
    {"x N,4,3,2; y = DepthToSpace x blocksize=32768", DIGITNET_EFORMAT, "has no image, or no block size"},
    {"x N,6; y = DepthToSpace x blocksize=1", DIGITNET_EFORMAT, "has no image, or no block size"},
    {"x N,4,3,2; y = DepthToSpace x blocksize=3", DIGITNET_EUNSUPPORTED, "no whole number of"},
    {"x N,4,3,2; y = SpaceToDepth x blocksize=2", DIGITNET_EUNSUPPORTED, "no whole number of"},
    {"x N,4,4,3; y = SpaceToDepth x blocksize=2", DIGITNET_EUNSUPPORTED, "no whole number of"},
    /* Scikit-learn */
    {"x N,3; y = ai.onnx.ml:Scaler x offset=[1,2,3]", DIGITNET_EFORMAT, "attribute 'offset' of another type or count"},
    {"x N,3; y = ai.onnx.ml:Scaler x offset=[inf,2.0,3.0]", DIGITNET_EFORMAT, "a value in 'offset' that is not finite"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0] targets=2", DIGITNET_EFORMAT,
     "attribute 'coefficients' of another type or count"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x", DIGITNET_EUNSUPPORTED, "has 0 coefficients and 0 intercepts"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0] intercepts=[1.0,2.0]", DIGITNET_EUNSUPPORTED,
     "has 3 coefficients and 2 intercepts"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0] targets=0", DIGITNET_EUNSUPPORTED,
     "targets or a transform that are not read"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0] targets=2147483648", DIGITNET_EUNSUPPORTED,
     "targets or a transform that are not read"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0] post_transform='PROBIT'",
     DIGITNET_EUNSUPPORTED, "targets or a transform that are not read"},
    {"x N,3; l,y = ai.onnx.ml:LinearClassifier x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] "
     "intercepts=[1.0,2.0] post_transform='PROBIT'; -> y",
     DIGITNET_EUNSUPPORTED, "a 'post_transform' that is not supported"},
    {"x N,3; l,y = ai.onnx.ml:LinearClassifier x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] "
     "intercepts=[1.0]; -> y",
     DIGITNET_EUNSUPPORTED, "has no scores for each of its classes"},
    {"x N,3; l,y = ai.onnx.ml:LinearClassifier x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] "
     "intercepts=[1.0,2.0] classlabels_ints=[1,2,3]; -> y",
     DIGITNET_EUNSUPPORTED, "has no scores for each of its classes"},
    {"x N,3; y = ai.onnx.ml:Normalizer x norm='L1'", DIGITNET_EUNSUPPORTED, "is not of what a softmax gives"},
    {"x N,2,3,4; y = ai.onnx.ml:Normalizer x norm='L2'", DIGITNET_EUNSUPPORTED, "takes 4 dimensions"},
    {"x N,3; y = ai.onnx.ml:ArrayFeatureExtractor x", DIGITNET_EUNSUPPORTED, "takes no columns that are known"},
    {"x N,3; y = ai.onnx.ml:ArrayFeatureExtractor x x", DIGITNET_EUNSUPPORTED, "takes no columns that are known"},
    {"x N,3; y = ai.onnx.ml:ArrayFeatureExtractor x f:1", DIGITNET_EUNSUPPORTED, "takes no columns that are known"},
    {"x N,3; y = ai.onnx.ml:ArrayFeatureExtractor x i:", DIGITNET_EUNSUPPORTED, "takes no columns that are known"},
    {"x N,2,3; y = ai.onnx.ml:ArrayFeatureExtractor x i:1", DIGITNET_EUNSUPPORTED, "takes no columns that are known"},
    {"x N,3; y = ai.onnx.ml:ArrayFeatureExtractor x i:0,3", DIGITNET_EFORMAT, "takes a column that is out of range"},
    {"x N,3; y = ai.onnx.ml:ArrayFeatureExtractor x i:-1", DIGITNET_EFORMAT, "takes a column that is out of range"},
    {"x N,5; a = ArgMax x axis=1; y = ai.onnx.ml:ArrayFeatureExtractor i:3,4,5,6,7 a", DIGITNET_EUNSUPPORTED,
     "has no input 0 that depends on the image"},
    {"x N,3; s = Softmax x; y = ai.onnx.ml:Normalizer s norm='MAX'", DIGITNET_EUNSUPPORTED,
     "is not of what a softmax gives"},
    {"x N,3; s = Sigmoid x; y = ai.onnx.ml:Normalizer s norm='L1'", DIGITNET_EUNSUPPORTED,
     "is not of what a softmax gives"},
    /* Classes, which no layer takes */
    {"x N,5; a = ArgMax x axis=1; y = Mish a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Softsign a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Abs a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Exp a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = LRN a size=1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Neg a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ImageScaler a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = MatMul a n1@5x2", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = MatMul n1@2x5 a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Gemm a n1@5x2", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ArgMax a axis=1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Concat a a axis=1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Div f:1 a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Sqrt a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Slice a i:0 i:1 i:1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Split a axis=1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Gather a i:0 axis=1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = GlobalAveragePool a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = AveragePool a kernel_shape=[1,1,1]", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = MaxPool a kernel_shape=[1,1]", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ReduceMean a axes=[1]", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ReduceMin a axes=[1]", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Sum a a a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Mean a a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Add a a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Mul a a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Max a a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Sub a f:1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Relu a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Gelu a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = PRelu a f:1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Softmax a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Conv a n1@1x1x1x1", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ConvTranspose a n1@1x1x1x1", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = BatchNormalization a f:1 f:1 f:1 f:1", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = LayerNormalization a f:1", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = InstanceNormalization a f:1 f:1", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = GroupNormalization a f:1 f:1 num_groups=1", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Resize a _ f:1,2", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Dropout a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Clip a f:0", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ai.onnx.ml:Scaler a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ai.onnx.ml:Normalizer a norm='L1'", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ai.onnx.ml:ZipMap a", DIGITNET_EUNSUPPORTED, "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = ai.onnx.ml:LinearRegressor a coefficients=[1.0]", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    {"x N,5; a = ArgMax x axis=1; y = Pad a i:0,0,0,1 mode='edge'", DIGITNET_EUNSUPPORTED,
     "takes the class that ArgMax gives"},
    /* What is nearly a pattern, of nodes with an input too few */
    {"x N,2,3; a = Erf x; b = Add a; m = Mul x b; y = Mul m f:0.5", DIGITNET_EUNSUPPORTED,
     "'Erf' (node '') is not supported"},
    {"x N,2,3; y = Mul x", DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; y = Div x", DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; d = Div x; e = Erf d; a = Add e f:1; m = Mul x a; y = Mul m f:0.5", DIGITNET_EFORMAT,
     "has 1 inputs; it must have 2"},
    {"x N,2,3; m = Mul x; y = Mul m f:0.5", DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; q = Relu x; d = Mul q f:0.70710678; e = Erf d; a = Add e f:1; m = Mul x a; y = Mul m "
     "f:0.5",
     DIGITNET_EUNSUPPORTED, "'Erf' (node '') is not supported"},
    {"x N,2,3; c = Pow x; d = Mul c f:0.044715; s = Add x d; f = Mul s f:0.7978845608; t = Tanh f; a "
     "= Add t f:1; m = Mul x a; y = Mul m f:0.5",
     DIGITNET_EFORMAT, "has no input 1"},
    {"x N,2,3; s = Add x; f = Mul s f:0.7978845608; t = Tanh f; a = Add t f:1; m = Mul x a; y = Mul m "
     "f:0.5",
     DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; m = Mul x; y = Div m f:6", DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; s = HardSigmoid x alpha=1; y = Mul x s", DIGITNET_EFORMAT, "attribute 'alpha' of another type"},
    {"x N,2,3; s = HardSigmoid x beta=1; y = Mul x s", DIGITNET_EFORMAT, "attribute 'beta' of another type"},
    {"x N,2,3; a = Add x f:3; c = Clip a min=0 max=6.0; y = Mul x c", DIGITNET_EFORMAT,
     "attribute 'min' of another type"},
    {"x N,2,3; a = Add x f:3; c = Clip a min=0 max=6.0; d = Div c f:6; y = Mul x d", DIGITNET_EFORMAT,
     "attribute 'min' of another type"},
    {"x N,2,3; a = Add x f:3; c = Clip a min=0.0 max=6; d = Div c f:6; y = Mul x d", DIGITNET_EFORMAT,
     "attribute 'max' of another type"},
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Sub x; r = Sqrt x; y = Div d r", DIGITNET_EFORMAT,
     "has 1 inputs; it must have 2"},
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Sub x m; e = Add x; r = Sqrt e; y = Div d r", DIGITNET_EFORMAT,
     "has 1 inputs; it must have 2"},
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Sub x m; p = Pow d; v = ReduceMean p axes=[2]; e = Add "
     "v f:0.1; r = Sqrt e; y = Div d r",
     DIGITNET_EFORMAT, "has no input 1"},
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Sub x m; p = Mul d; v = ReduceMean p axes=[2]; e = Add "
     "v f:0.1; r = Sqrt e; y = Div d r",
     DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; m = ReduceMean x axes=2; d = Sub x m; p = Mul d d; v = ReduceMean p axes=[2]; e = Add "
     "v f:0.1; r = Sqrt e; y = Div d r",
     DIGITNET_EFORMAT, "attribute 'axes' of another type"},
    {"x N,2,3; s = Mul x; b = Add x f:1; y = Add s b", DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; y = Log x x", DIGITNET_EUNSUPPORTED, "is not supported"},
    {"x N,2,3; y = Exp x x", DIGITNET_EUNSUPPORTED, "has 2 inputs; at most 1 are read"},
    {"x N,2,3; y = Log x", DIGITNET_EUNSUPPORTED, "is not supported"},
    {"x N,2,3; y = Where x x", DIGITNET_EUNSUPPORTED, "is not supported"},
    {"x N,2,3; s = Softplus x; g = Greater x; y = Where g x s", DIGITNET_EUNSUPPORTED,
     "'Greater' (node '') is not supported"},
    {"x N,2,3; s = Softplus x; r = Relu x; g = Greater r f:20; y = Where g x s", DIGITNET_EUNSUPPORTED,
     "'Greater' (node '') is not supported"},
    {"x N,2,3; s = Softplus x; g = Greater x f:14; y = Where g x s", DIGITNET_EUNSUPPORTED,
     "'Greater' (node '') is not supported"},
    {"x N,2,3; s = Softplus x; g = Greater x x; y = Where g x s", DIGITNET_EUNSUPPORTED,
     "'Greater' (node '') is not supported"},
    {"x N,2,3; s = Softplus x; r = Relu x; g = Greater x f:20; y = Where g r s", DIGITNET_EUNSUPPORTED,
     "'Greater' (node '') is not supported"},
    {"x N,2,3; s = Relu x; g = Greater x f:20; y = Where g x s", DIGITNET_EUNSUPPORTED,
     "'Greater' (node '') is not supported"},
    {"x N,2,3; k = Constant value_float=2.0; m = Mul x k; s = Softplus m; d = Div s; g = Greater m "
     "f:20; y = Where g x d",
     DIGITNET_EFORMAT, "has 1 inputs; it must have 2"},
    {"x N,2,3; k = Constant value_float=2.0; m = Mul x k; s = Softplus m; d = Div s f:3; g = Greater "
     "m f:20; y = Where g x d",
     DIGITNET_EUNSUPPORTED, "is not supported"},
    {"x N,2,3; m = Mul x f:2; s = Softplus m; d = Div s f:2; g = Greater m f:10; y = Where g x d",
     DIGITNET_EUNSUPPORTED, "'Where' (node '') is not supported"},
    {"x N,2,3; c = CastLike f:10 x; s = Softplus x; g = Greater x c; y = Where g x s", DIGITNET_EUNSUPPORTED,
     "'Where' (node '') is not supported"},
    {"x N,2,3; m = Mul x f:2; s = Softplus m; d = Div s f:2; g = Greater x f:20; y = Where g x d",
     DIGITNET_EUNSUPPORTED, "'Where' (node '') is not supported"},
    {"x N,2,3; k = Constant value_float=2.0; m = Mul x k; r = Relu x; s = Softplus m; d = Div s k; g "
     "= Greater m f:20; y = Where g r d",
     DIGITNET_EUNSUPPORTED, "is not supported"},
    {"x N,2,3; k = Constant value_float=2.0; m = Add x k; s = Softplus m; d = Div s k; g = Greater m "
     "f:20; y = Where g x d",
     DIGITNET_EUNSUPPORTED, "is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t; y = Transpose g perm=[1,0,2]", DIGITNET_EUNSUPPORTED,
     "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t x; y = Transpose g perm=[1,0,2]", DIGITNET_EUNSUPPORTED,
     "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t f:0@1x1; y = Transpose g perm=[1,0,2]",
     DIGITNET_EUNSUPPORTED, "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t i:0; y = Transpose g perm=[1,0,2]", DIGITNET_EUNSUPPORTED,
     "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t i:0,0@1x2; y = Transpose g perm=[1,0,2]",
     DIGITNET_EUNSUPPORTED, "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t i:0@1x1 batch_dims=1; y = Transpose g "
     "perm=[1,0,2]",
     DIGITNET_EUNSUPPORTED, "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,0,2]; g = GatherND t i:0@1x1 batch_dims=1.0; y = Transpose g "
     "perm=[1,0,2]",
     DIGITNET_EUNSUPPORTED, "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[2,1,0]; g = GatherND t i:0@1x1; y = Transpose g perm=[1,0,2]",
     DIGITNET_EUNSUPPORTED, "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Transpose x perm=[1,2,0]; g = GatherND t i:0@1x1; y = Transpose g perm=[1,2,0]",
     DIGITNET_EUNSUPPORTED, "'GatherND' (node '') is not supported"},
    {"x N,2,3; t = Relu x; g = GatherND t i:0@1x1; y = Transpose g perm=[1,0,2]", DIGITNET_EUNSUPPORTED,
     "'GatherND' (node '') is not supported"},
    /* Nearly the logarithm of a softmax */
    NEARLY_LOG_SOFTMAX("x axes=[1]", "Sub l x"),
    NEARLY_LOG_SOFTMAX("x axes=[1]", "Add x l"),
    NEARLY_LOG_SOFTMAX("z axes=[1]", "Sub x l"),
    NEARLY_LOG_SOFTMAX("x axes=[1] keepdims=0", "Sub x l"),
    NEARLY_LOG_SOFTMAX("x axes=[1,2]", "Sub x l"),
    NEARLY_LOG_SOFTMAX("x", "Sub x l"),
    NEARLY_LOG_SOFTMAX("x axes=1", "Sub x l"),
    /* Nearly the mean of a stack */
    NEARLY_STACK("0", "0", "axis=0", "ReduceMean c axes=[0]"),
    NEARLY_STACK("0", "0", "axis=0", "ReduceMean c axes=[1] keepdims=0"),
    NEARLY_STACK("0", "0", "axis=0", "ReduceMean c axes=[0,1] keepdims=0"),
    NEARLY_STACK("0", "0", "axis=0", "ReduceMean c keepdims=0"),
    NEARLY_STACK("0", "0", "axis=0", "ReduceMax c axes=[0] keepdims=0"),
    NEARLY_STACK("0", "0", "axis=1", "ReduceMean c axes=[0] keepdims=0"),
    NEARLY_STACK("0", "1", "axis=0", "ReduceMean c axes=[0] keepdims=0"),
    {"x N,3; u = Unsqueeze x i:0; v = Unsqueeze x i:0,1; c = Concat u v axis=0; y = ReduceMean c axes=[0] keepdims=0",
     DIGITNET_EUNSUPPORTED, "makes another number of samples"},
    {"x N,3; u = Unsqueeze x i:0; y = Relu u", DIGITNET_EUNSUPPORTED,
     "'Relu' (node '') takes samples behind another dimension"},
    {"x N,3; u = Unsqueeze x i:0; y = Squeeze u i:1", DIGITNET_EFORMAT, "removes a dimension that is not 1"},
    {"x N,3; u = Unsqueeze x i:0; c = Concat u x axis=0; y = ReduceMean c axes=[0] keepdims=0", DIGITNET_EUNSUPPORTED,
     "takes two activations of different samples"},
    {"x N,3; u = Unsqueeze x i:0; v = Unsqueeze _ i:0; c = Concat u v axis=0; y = ReduceMean c axes=[0] keepdims=0",
     DIGITNET_EUNSUPPORTED, "has no input 1 that depends on the image"},
    /* Nearly an adaptive pool: of 5 rows, windows of 2, 3 and 2 */
    NEARLY_ADAPTIVE("i:0,0,1,0,2,0,1,0,2,0,3,0,3,0,4,0,3,0@3x3x1x1x2", PLACES, "b:0,0,1,0,0,0,0,0,0@3x3x1x1",
                    "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, "b:0,0,1,0,0,0,0,0,0@3x3x1x1", "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, "b:0,0,1,0,0,1,0,0,1@3x3x1x1", "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, "b:0,0,1,0,0,0,0,0,1@1x3x3x1", "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, "b:0,0,1,0,0,0,0,0,1@1x3x3x1x1", "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, "x", "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, "_", "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, MASK, "2,2,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, PLACES, MASK, "2,3@2x1"),
    NEARLY_ADAPTIVE("i:0,0,1,0,2,0,1,0,2,0,3,0,4,0,4,0,4,0@3x3x1x1x2", PLACES, MASK, "2,3,2@3x1"),
    NEARLY_ADAPTIVE("i:0,0,1,0,2,0,1,0,2,1,3,0,3,0,4,0,4,0@3x3x1x1x2", PLACES, MASK, "2,3,2@3x1"),
    NEARLY_ADAPTIVE("i:0,1,2,1,2,3,3,4,4@3x3x1x1x1", PLACES, MASK, "2,3,2@3x1"),
    NEARLY_ADAPTIVE("i:0,0,1,0,2,0,1,0,2,0,3,0,3,0,4,0,4,0@3x3x1x2", PLACES, MASK, "2,3,2@3x1"),
    NEARLY_ADAPTIVE("f:0,0,1,0,2,0,1,0,2,0,3,0,3,0,4,0,4,0@3x3x1x1x2", PLACES, MASK, "2,3,2@3x1"),
    NEARLY_ADAPTIVE("x", PLACES, MASK, "2,3,2@3x1"),
    NEARLY_ADAPTIVE(FIVE_TO_THREE, TERMS("0", "1", "3", "4") "s = Add b00 b10; ", MASK, "2,3,2@3x1"),
    {"x N,2,5,1; " GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " PLACES "y = Div s x", DIGITNET_EUNSUPPORTED,
     NO_ADAPTIVE},
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,2,0,2,0@2x2x1x1x2") "y = ReduceMean v i:-3,-1 keepdims=0", DIGITNET_EUNSUPPORTED,
     NO_ADAPTIVE},
    {"x N,2,4,1; " GATHERED("i:0,0,2,0@2x1x1x1x2") "y = ReduceMean v i:-3,-1 keepdims=0", DIGITNET_EUNSUPPORTED,
     NO_ADAPTIVE},
    /* A sum is looked through once, however many nodes share it. */
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " PLACES "u = Div s f:2,3,2@3x1; "),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:1 v; " PLACES),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " x v; " PLACES),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v v; " PLACES),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "e = Where " MASK " f:0 v; f = Where " MASK " f:0 e; z = Where " MASK
                                       " f:0 f; " PLACES),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " TERMS("0", "1", "3", "4") "d = Add b00 b00; "
                                                                                              "s = Add d b20; "),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " TERMS("0", "1", "3", "3") THREE),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " TERMS("-1", "1", "3", "4") THREE),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " TERMS("0", "16", "3", "4") THREE),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " TERMS("0", "1", "3", "4") "d = Add b00; s = Add d "
                                                                                              "b20; "),
    NO_PATTERN(GATHERED(FIVE_TO_THREE) "z = Where " MASK " f:0 v; " TERMS("0", "1", "3", "4") "s = Add b00; "),
    NO_PATTERN("t = Transpose x perm=[2,3,0,1]; g = GatherND t " FIVE_TO_THREE "; v = Transpose g perm=[5,4,0,1,2,3]; "
               "z = Where " MASK " f:0 v; " PLACES),
    NO_PATTERN("t = Transpose x perm=[3,2,0,1]; g = GatherND t " FIVE_TO_THREE "; v = Transpose g perm=[4,5,0,1,2,3]; "
               "z = Where " MASK " f:0 v; " PLACES),
    NO_PATTERN("t = Transpose x perm=[2,3,0,1]; g = GatherND t " FIVE_TO_THREE " batch_dims=1; "
               "v = Transpose g perm=[4,5,0,1,2,3]; z = Where " MASK " f:0 v; " PLACES),
    NO_PATTERN("t = Transpose x perm=[2,3,0,1]; g = Gather t i:0; v = Transpose g perm=[4,5,0,1,2,3]; "
               "z = Where " MASK " f:0 v; " PLACES),
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,1,0,2,0@2x2x1x1x2") "y = ReduceMean v i:-3,-1", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,1,0,2,0@2x2x1x1x2") "y = ReduceMean v i:-3,-2 keepdims=0", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,1,0,2,0@2x2x1x1x2") "y = ReduceMean v i:-3 keepdims=0", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,1,0,2,0@2x2x1x1x2") "y = ReduceMean v f:-3,-1 keepdims=0", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,1,0,2,0@2x2x1x1x2") "y = ReduceMean v keepdims=0", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    {"x N,2,3,1; " GATHERED("i:0,0,1,0,1,0,2,0@2x2x1x1x2") "y = ReduceMean v axes=3 keepdims=0", DIGITNET_EUNSUPPORTED,
     "moves the axis of the samples"},
    /* Functions and branches */
    {"x N,2,3; y = LeakyRelu x alpha=@slope", DIGITNET_EFORMAT, "attribute 'alpha' of another type"},
    {"x N,2,3; function f:again a -> b; b = f:again a; end; y = f:again x", DIGITNET_ELIMIT,
     "is a function that calls functions more than 16 deep"},
    {"x N,2,3; function f:twice a -> b; b = Relu a; b = Neg a; end; y = f:twice x", DIGITNET_EFORMAT,
     "gives 'y' a second time"},
    {"x N,2,3; function f:twice a -> b; c = Relu a; c = Neg a; b = Neg c; end; y = f:twice x", DIGITNET_EFORMAT,
     "the name 'c' is given to more than one value"},
    {"x N,2,3; function f:twice a a -> b; b = Relu a; end; y = f:twice x x", DIGITNET_EFORMAT,
     "the name 'a' is given to more than one value"},
    {"x N,2,3; y = q:If x", DIGITNET_EUNSUPPORTED, "of domain 'q' is not supported"},
    {"x N,2,3; branch t; a = Relu x; end; y = If b:1@ then_branch=&t else_branch=1", DIGITNET_EFORMAT,
     "has no 'else_branch' with 1 outputs"},
    {"x N,2,3; branch t; a = Relu x; end; branch e; a = Neg x; end; y,z = If b:1@ then_branch=&t "
     "else_branch=&e; -> y",
     DIGITNET_EFORMAT, "has no 'then_branch' with 2 outputs"},
    {"x N,2,3; branch t; a = Relu x; -> d; end; branch e; a = Neg x; end; y = If b:1@ then_branch=&t "
     "else_branch=&e",
     DIGITNET_EFORMAT, "has a branch that gives what nothing gives"},
    {"x N,2,3; branch t; a = Relu x; end; branch e; a = Neg x; end; y = If x then_branch=&t "
     "else_branch=&e",
     DIGITNET_EUNSUPPORTED, "a condition that depends on the image"},
    {"x N,2,3; branch t; a = Relu x; end; branch e; a = Neg x; end; y = If b:1,0 then_branch=&t "
     "else_branch=&e",
     DIGITNET_EUNSUPPORTED, "a condition that depends on the image"},
    {"x N,2,3; branch t; a = Nothing x; end; branch e; a = Neg x; end; y = If b:1@ then_branch=&t "
     "else_branch=&e",
     DIGITNET_EUNSUPPORTED, "has a branch that is not read"},
    {"x N,2,3; branch t; a = Relu x; a = Neg x; end; branch e; a = Neg x; end; y = If b:1@ "
     "then_branch=&t else_branch=&e",
     DIGITNET_EFORMAT, "the name 'a' is given to more than one value"},
    {"x N,2,3; branch t; a = Relu q; end; branch e; a = Neg x; end; y = If b:1@ then_branch=&t "
     "else_branch=&e",
     DIGITNET_EFORMAT, "takes 'q', which nothing gives"},
    {"x N,2,3; y = If b:1@ b:1@", DIGITNET_EFORMAT, "has 2 inputs; it must have a condition"},
    /* And others */
    {"x N,3,4,5; f = ReduceMean x axes=[1,2] keepdims=0; y = Mul x f", DIGITNET_EUNSUPPORTED,
     "two activations of different sizes"},
    {"x N,4,2,2; r = Reshape x i:0,2,2,2,2; p = GlobalAveragePool x; q = Reshape p i:0,4,1,1,1; y = "
     "Mul r q",
     DIGITNET_EUNSUPPORTED, "two activations of different sizes"},
    {"x N,2,3,4; s = Shape x; a = Cast s to=1; b = Neg a; d = Neg b; e = Neg d; f = Neg e; g = Neg f; "
     "h = Neg g; i = Neg h; y = Relu x; -> a b d e f g h i y",
     DIGITNET_EUNSUPPORTED, "no output of the graph depends on its input"},
    {"x N,2,3,4; t = Transpose x perm=1; y = Relu t", DIGITNET_EFORMAT, "attribute 'perm' of another type"},
    {"x N,2,3,4; t = Transpose x perm=[0,4,2,3]; y = Relu t", DIGITNET_EFORMAT, "axis that is out of range"},
    {"x N,K; y = Gemm x n1@6x2 transB=1.0", DIGITNET_EFORMAT, "attribute 'transB' of another type"},
    {"x N,C,1,1; y = Conv x n1@1x40000x1x1", DIGITNET_EUNSUPPORTED, "input 'x' is no N x channels"},
    {"x N,C,1,1; y = BatchNormalization x n1@3x1 n1@3 n1@3 n1@3", DIGITNET_EUNSUPPORTED,
     "input 'x' is no N x channels"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 output_shape=5", DIGITNET_EFORMAT,
     "attribute 'output_shape' of another type"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 auto_pad=5", DIGITNET_EFORMAT, "attribute 'auto_pad' of another type"},
    {"x N,2,3,4; p = Pad x i:0,0,1,0,0,0,0,0 f:-inf; y = Relu p", DIGITNET_EUNSUPPORTED,
     "pads with a value that is not finite"},
    {"x N,2,3,4; s = Sigmoid; y = Mul x s", DIGITNET_EUNSUPPORTED, "of constants is not computed"},
    {"x N,2,3,4; y = Mul x _ x", DIGITNET_EUNSUPPORTED, "has 3 inputs; at most 2 are read"},
    {"x N,2,3,4; y = Mul _ x", DIGITNET_EUNSUPPORTED, "has no input 0 that depends on the image"},
    {"x N,2,3,4; k = Constant value_float=0.5 value_int=1; y = Mul x k", DIGITNET_EFORMAT,
     "has 2 attributes; it must have one value"},
    {"x N,2,3; r = Sqrt x; y = Transpose x r perm=[1,0,2]", DIGITNET_EUNSUPPORTED, "has 2 inputs; at most 1 are read"},
    {"x N,3,5; _,y = Conv x n1@2x3x3", DIGITNET_EUNSUPPORTED, "gives 'y', which is not read"},
    {"x N,2,3,4; _,y = Relu x", DIGITNET_EUNSUPPORTED, "gives 'y', which is not read"},
    {"x N,2,3,4; _,y = Shape x", DIGITNET_EUNSUPPORTED, "gives 'y', which is not read"},
    {"x N,2,3,4; _,k = Identity f:1; y = Add x k", DIGITNET_EUNSUPPORTED, "gives 'k', which is not read"},
    {"x N,2,3,4; p = Pad x i:0,0,1,1,0,0,1,1; e = Expand p i:1,2,5,6; t = Tile p i:1,1,1,2; y = "
     "MaxPool t",
     DIGITNET_EFORMAT, "has no attribute 'kernel_shape'"},
    {"x N,2,3; g = Mul x; s = Mul x g; t = Mul g; b = Add t f:1; y = Add s b", DIGITNET_EFORMAT,
     "has 1 inputs; it must have 2"},
    /* More runs than a view can have */
    {"x N,1,512,512; a = Reshape x i:0,2,8,4,2,4,4,8,16; b = Transpose a perm=[0,8,7,6,5,4,3,2,1]; c "
     "= Reshape b i:0,4,2,8,4,4,4,4,16; d = Transpose c perm=[0,8,7,6,5,4,3,2,1]; e = Reshape d "
     "i:0,1,2,2,64,8,2,4,16; y = Expand e i:1,3,2,2,64,8,2,4,16",
     DIGITNET_EUNSUPPORTED, "makes another shape"},
    {"x N,1,512,512; a = Reshape x i:0,2,8,4,2,4,4,8,16; b = Transpose a perm=[0,8,7,6,5,4,3,2,1]; c "
     "= Reshape b i:0,4,2,8,4,4,4,4,16; d = Transpose c perm=[0,8,7,6,5,4,3,2,1]; e = Reshape d "
     "i:0,1,2,2,64,8,2,4,16; y = Tile e i:1,3,1,1,1,1,1,1,1",
     DIGITNET_EUNSUPPORTED, "repeats the samples, or too often"},
    {"opset 4; x N,2,3,4; y = Concat x x", DIGITNET_EFORMAT, "has no attribute 'axis'"},
    {"opset 9; x N,2,3,4; y = Upsample x f:1,1,1,1 f:1", DIGITNET_EUNSUPPORTED, "has 3 inputs; at most 2 are read"},
};

/* What is wrong with a refusal is printed at once; the test fails at its end. */
static size_t failures;

static void try_refusal(const refusal *expected) {
    saved_bytes file = write_graph(expected->text);
    digitnet_model *model = NULL;
    digitnet_status status = recorded(digitnet_model_load_memory(&model, file.data, file.size));
    const char *message = status == DIGITNET_OK ? "it loads" : digitnet_last_error();
    if (status != expected->status || !strstr(message, expected->message)) {
        print_error("%.200s: %s: %s\n", expected->text, digitnet_status_string(status), message);
        failures++;
    }
    digitnet_model_free(model);
    free(file.data);
}

static void refusals_say_why(void **state) {
    (void)state;
    failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        try_refusal(&cases[i]);
    assert_int_equal(failures, 0);
}

/* With a number for each #, and one more for each +. */
static size_t put_numbered(char *to, size_t size, const char *each, size_t number) {
    size_t length = 0;
    for (; *each; each++) {
        bool is_number = *each == '#' || *each == '+';
        length += (size_t)(is_number ? snprintf(to + length, size - length, "%zu", number + (*each == '+'))
                                     : snprintf(to + length, size - length, "%c", *each));
    }
    return length;
}

static void long_lists_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *before, *each, *behind;
        size_t times;
        digitnet_status status;
        const char *message;
    } lists[] = {
        {"x N,4; c = Concat ", "f:1 ", "axis=0; y = Add x c", 4097, DIGITNET_ELIMIT, "has more than 4096 inputs"},
        {"x N,4; y = Sum ", "x ", "", 1025, DIGITNET_ELIMIT, "has 1025 inputs; the limit is 1024"},
        {"x N,4; y = Concat ", "x ", "axis=1", 1025, DIGITNET_ELIMIT, "has 1025 inputs; the limit is 1024"},
        {"x N,4; ", "_,", "z = Split x axis=1; -> z", 256, DIGITNET_EUNSUPPORTED, "has 0 parts for 257 outputs"},
        {"x N,4; y = Relu x ", "a=1 ", "", 65, DIGITNET_ELIMIT, "has 65 attributes; the limit is 64"},
        {"a0 N,4; ", "a+ = N a#; ", "", 60, DIGITNET_EUNSUPPORTED, "; and 24 more"},
        {"a0 N,4; ", "a+ = No a#; ", "", 60, DIGITNET_EUNSUPPORTED, "; and 25 more"},
        {"a0 N,4; ", "a+ = Noo a#; ", "", 60, DIGITNET_EUNSUPPORTED, "; and 25 more"},
        {"a0 N,4; ", "a+ = Noooo a#; ", "", 60, DIGITNET_EUNSUPPORTED, "; and 27 more"},
        {"x N,4; function f:of a -> b; ", "default c=1; ", "b = Relu a; end; y = f:of x", 65, DIGITNET_ELIMIT,
         "is a function of more than 64 attributes"},
    };
    failures = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char text[20000];
        size_t length = (size_t)snprintf(text, sizeof text, "%s", lists[i].before);
        for (size_t k = 0; k < lists[i].times; k++)
            length += put_numbered(text + length, sizeof text - length, lists[i].each, k);
        snprintf(text + length, sizeof text - length, "%s", lists[i].behind);
        try_refusal(&(refusal){text, lists[i].status, lists[i].message});
    }
    assert_int_equal(failures, 0);
}

/* An input that the standard has not might change what an operator does. */
static void more_inputs_than_there_are_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t inputs;
        const char *types;
    } takers[] = {
        {1, "Abs Affine ArgMax AveragePool Cast Celu DepthToSpace Elu Exp Flatten Gelu GlobalAveragePool GlobalMaxPool "
            "HardSigmoid HardSwish Identity ImageScaler LRN LeakyRelu LogSigmoid LogSoftmax MaxPool Mish Neg "
            "Reciprocal Relu ScaledTanh Selu Shape Sigmoid Softmax Softplus Softsign SpaceToDepth Sqrt Swish Tanh "
            "Transpose ai.onnx.ml:LinearClassifier ai.onnx.ml:LinearRegressor ai.onnx.ml:Normalizer ai.onnx.ml:Scaler "
            "ai.onnx.ml:ZipMap"},
        {2, "Add CastLike Div Expand Gather MatMul Mul PRelu Pow ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum "
            "ReduceSumSquare Reshape Split Squeeze Sub Tile Unsqueeze ai.onnx.ml:ArrayFeatureExtractor"},
        {3, "Clip Conv ConvTranspose Dropout Gemm GroupNormalization InstanceNormalization LayerNormalization"},
        {4, "Pad Resize"},
        {5, "BatchNormalization Slice"},
    };
    failures = 0;
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++) {
        for (const char *type = takers[i].types; *type; type += strspn(type, " ")) {
            size_t length = strcspn(type, " "), inputs = takers[i].inputs;
            char text[128], message[64];
            int used = snprintf(text, sizeof text, "x N,4,4; y = %.*s x", (int)length, type);
            for (size_t k = 0; k < inputs; k++)
                used += snprintf(text + used, sizeof text - (size_t)used, " f:1");
            snprintf(message, sizeof message, "has %zu inputs; at most %zu are read", inputs + 1, inputs);
            try_refusal(&(refusal){text, DIGITNET_EUNSUPPORTED, message});
            type += length;
        }
    }
    assert_int_equal(failures, 0);
}

/* The limits of a model are those of what a file becomes. */
static void limits_hold(void **state) {
    (void)state;
    static const struct {
        size_t parameters, activation_bytes;
        digitnet_status status;
    } limits[] = {
        {14, 0, DIGITNET_OK}, {13, 0, DIGITNET_ELIMIT}, {SIZE_MAX / 2, 0, DIGITNET_OK}, {0, 8, DIGITNET_ELIMIT}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        saved_bytes file = write_graph("x N,6; y = Gemm x n1@6x2 n2@2");
        digitnet_model *model = NULL;
        digitnet_status status = recorded(digitnet_model_load_memory_ex(
            &model, file.data, file.size,
            DIGITNET_WITH(digitnet_model_load_options, .max_parameters = limits[i].parameters,
                          .max_activation_bytes = limits[i].activation_bytes)));
        assert_int_equal(status, limits[i].status);
        digitnet_model_free(model);
        free(file.data);
    }
}

/* With a folder, the graphs are left there, too. */
int main(int argc, char **argv) {
    keep_graphs(argc > 1 ? argv[1] : NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(long_lists_are_refused),
        cmocka_unit_test(more_inputs_than_there_are_are_refused),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
