/* What a file may say in several ways gives the same: each graph, and a plainer one that means the same. And without
 * memory for any part of it nothing is lost. */
#include "graph_text.h"
#include "models.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct form {
    const char *text, *same;
} form;

/* Constants that are computed: they are added to images of one row, as they are (NUMBERS) or after a Cast (INTEGERS).
 */
#define NUMBERS(size, nodes, values) \
    { "x N,1,1," #size "; " nodes "; y = Add x c", "x N,1,1," #size "; y = Add x f:" values }
#define INTEGERS(size, nodes, values) NUMBERS(size, nodes "; c = Cast k to=1", values)
#define OLD_NUMBERS(opset, size, nodes, values) \
    { "opset " opset "; x N,1,1," #size "; " nodes "; y = Add x c", "x N,1,1," #size "; y = Add x f:" values }

/* Of no values, but of more blocks than can be counted. */
#define EMPTY "f:@2147483647x2147483647x1x0"

/* Means of channels, all samples in one row, and how many samples there are. */
#define BY_STRIDES(nodes) \
    "x N,3,4,5; m = ReduceMean x axes=[2,3]; r = Reshape m i:-1; s = Shape x end=1; n = Squeeze s; " nodes

static const form constant_forms[] = {
    /* Types */
    INTEGERS(3, "k = Cast f:0.5,0,-2 to=9", "1,0,1"),
    INTEGERS(3, "k = Cast i:5,0,-1 to=9", "1,0,1"),
    INTEGERS(3, "k = Cast f:2.7,-2.7,0 to=7", "2,-2,0"),
    NUMBERS(2, "c = Cast i:3,-4 to=10", "3,-4"),
    NUMBERS(2, "c = Cast i:3,-4 to=11", "3,-4"),
    NUMBERS(2, "c = Cast i:3,-4 to=16", "3,-4"),
    NUMBERS(2, "c = Cast f:3,-4 to=16", "3,-4"),
    NUMBERS(2, "c = Cast i:3,-4 to='FLOAT'", "3,-4"),
    INTEGERS(2, "k = Cast b:1,0 to='INT64'", "1,0"),
    NUMBERS(2, "c = CastLike i:3,-4 f:0", "3,-4"),
    NUMBERS(2, "c = CastLike f:3.5,-4 f:0", "3.5,-4"),
    INTEGERS(2, "k = CastLike f:2.7,-2.7 i:0", "2,-2"),
    INTEGERS(2, "k = CastLike i:3,-4 i:0", "3,-4"),
    NUMBERS(2, "c = CastLike i:3,-4 x", "3,-4"),
    NUMBERS(2, "c = CastLike f:3.5,-4 x", "3.5,-4"),
    INTEGERS(2, "k = Not b:1,0", "0,1"),
    INTEGERS(2, "k = Not f:1,0", "0,1"),
    INTEGERS(2, "k = Neg i:1,-2", "-1,2"),
    NUMBERS(3, "c = Constant value_floats=[1.5,2.0,-1.0]", "1.5,2,-1"),
    NUMBERS(1, "a = Constant value_float=1.5; c = Reshape a i:1", "1.5"),
    INTEGERS(1, "a = Constant value_int=3; k = Reshape a i:1", "3"),
    INTEGERS(2, "k = Constant value_ints=[3,4]", "3,4"),
    NUMBERS(2, "a = Constant value_floats=[].; c = Concat a f:1,2 axis=0", "1,2"),
    INTEGERS(2, "a = Constant value_ints=[]; k = Concat a i:1,2 axis=0", "1,2"),
    NUMBERS(2, "c = Constant value=f:1,2", "1,2"),
    NUMBERS(2, "c = Identity f:1,2", "1,2"),
    /* Shapes */
    INTEGERS(2, "k = Shape n1@3x4x5 start=1", "4,5"),
    INTEGERS(1, "k = Shape n1@3x4x5 start=-2 end=-1", "4"),
    INTEGERS(3, "k = Shape n1@3x4x5 start=-9 end=9", "3,4,5"),
    INTEGERS(2, "s = Shape n1@3x4x5 start=2 end=1; k = Concat s i:1,2 axis=0", "1,2"),
    OLD_NUMBERS("4", 4, "c = Reshape f:1,2,3,4@2x2 shape=[-1]", "1,2,3,4"),
    INTEGERS(2, "r = Reshape n1@2x3 i:0,-1; k = Shape r", "2,3"),
    INTEGERS(2, "r = Reshape f:@0x3 i:0,-1 allowzero=1; k = Shape r", "0,0"),
    INTEGERS(2, "r = Reshape f:@3x0 i:3,-1; k = Shape r", "3,0"),
    INTEGERS(2, "r = Flatten n1@2x3x4 axis=-1; k = Shape r", "6,4"),
    INTEGERS(2, "r = Flatten n1@2x3x4 axis=0; k = Shape r", "1,24"),
    INTEGERS(3, "r = Unsqueeze n1@3 axes=[0,2]; k = Shape r", "1,3,1"),
    INTEGERS(3, "r = Unsqueeze n1@3 i:0,-1; k = Shape r", "1,3,1"),
    INTEGERS(1, "r = Squeeze n1@1x3x1; k = Shape r", "3"),
    INTEGERS(2, "r = Squeeze n1@1x3x1 axes=[0]; k = Shape r", "3,1"),
    INTEGERS(3, "r = Squeeze n1@1x3x1 i:; k = Shape r", "1,3,1"),
    NUMBERS(2, "c = ConstantOfShape i:2", "0,0"),
    NUMBERS(2, "c = ConstantOfShape i:2 value=f:3", "3,3"),
    INTEGERS(2, "k = ConstantOfShape i:2 value=i:3", "3,3"),
    INTEGERS(3, "k = Range i:2@ i:9@ i:3@", "2,5,8"),
    INTEGERS(3, "k = Range i:5@ i:0@ i:-2@", "5,3,1"),
    INTEGERS(1, "r = Range i:5@ i:5@ i:-2@; k = Concat r i:7 axis=0", "7"),
    INTEGERS(3,
             "r = Range i:9223372036854775807@ i:9223372036854775804@ i:-1@; "
             "k = Sub r i:9223372036854775800",
             "7,6,5"),
    /* Moved and picked */
    NUMBERS(6, "t = Transpose f:1,2,3,4,5,6@1x2x3; c = Reshape t i:6", "1,4,2,5,3,6"),
    NUMBERS(6, "t = Transpose f:1,2,3,4,5,6@1x2x3 perm=[2,0,1]; c = Reshape t i:6", "1,4,2,5,3,6"),
    NUMBERS(4, "g = Gather f:1,2,3,4,5,6@2x3 i:2,-3@1x2 axis=-1; c = Reshape g i:4", "3,1,6,4"),
    NUMBERS(3, "s = Slice f:1,2,3 i:9 i:-9 i:0 i:-2; c = Concat s f:7 axis=0", "3,1,7"),
    NUMBERS(2, "c = Slice f:1,2,3 i:-9 i:2", "1,2"),
    NUMBERS(2, "s = Slice f:1,2,3 i:2 i:1; c = Concat f:1,2 s axis=0", "1,2"),
    NUMBERS(2, "s = Slice f:1,2,3 i:0 i:2 i:0 i:-1; c = Concat f:1,2 s axis=0", "1,2"),
    OLD_NUMBERS("9", 2, "c = Slice f:1,2,3 starts=[1] ends=[9] axes=[0]", "2,3"),
    NUMBERS(2, "e = Slice f:1,2 i:0 i:0; s = Slice e i:-1 i:-9 i:0 i:-1; c = Concat s f:1,2 axis=0", "1,2"),
    INTEGERS(1, "g = Gather " EMPTY " i:0 axis=2; k = Shape g start=3", "0"),
    INTEGERS(1, "g = Slice " EMPTY " i:0 i:1 i:2; k = Shape g start=3", "0"),
    INTEGERS(2, "g = Concat " EMPTY " " EMPTY " axis=2; k = Shape g start=2", "2,0"),
    NUMBERS(4, "e = Expand f:1,2@2x1 i:2,2; c = Reshape e i:4", "1,1,2,2"),
    NUMBERS(4, "e = Expand f:1,2@2x1 i:1,2; c = Reshape e i:4", "1,1,2,2"),
    NUMBERS(4, "t = Tile f:1,2@1x2 i:2,1; c = Reshape t i:4", "1,2,1,2"),
    /* Arithmetic */
    INTEGERS(4, "k = Mod i:-7,7,-6,7 i:3,-3,3,3", "2,-2,0,1"),
    INTEGERS(4, "k = Mod i:-7,7,-6,7 i:3,-3,3,3 fmod=1", "-1,1,0,1"),
    NUMBERS(2, "c = Mod f:-7.5,7.5 f:2,2 fmod=1", "-1.5,1.5"),
    INTEGERS(3, "k = Div i:-7,7,6 i:2,2,3", "-3,3,2"),
    NUMBERS(2, "c = Pow f:2,3 f:3,2", "8,9"),
    NUMBERS(2, "c = Min f:2,3 f:3,2", "2,2"),
    NUMBERS(2, "c = Max f:2,3 f:3,2", "3,3"),
    INTEGERS(2, "k = Min i:2,3 i:3,2", "2,2"),
    INTEGERS(2, "k = Max i:2,3 i:3,2", "3,3"),
    INTEGERS(2, "k = Sub i:2,3 i:3,1", "-1,2"),
    INTEGERS(2, "k = Mul i:2,3 i:3,1", "6,3"),
    INTEGERS(3, "k = Less f:1,2,3 f:2,2,2", "1,0,0"),
    INTEGERS(3, "k = Greater f:1,2,3 f:2,2,2", "0,0,1"),
    INTEGERS(3, "k = LessOrEqual f:1,2,3 f:2,2,2", "1,1,0"),
    INTEGERS(3, "k = GreaterOrEqual f:1,2,3 f:2,2,2", "0,1,1"),
    INTEGERS(3, "k = Equal f:1,2,3 f:2,2,2", "0,1,0"),
    INTEGERS(3, "k = Less i:1,2,3 i:2,2,2", "1,0,0"),
    INTEGERS(3, "k = GreaterOrEqual i:1,2,3 i:2,2,2", "0,1,1"),
    INTEGERS(1, "k = Less i:9223372036854775806 i:9223372036854775807", "1"),
    INTEGERS(4, "k = And b:1,1,0,0 b:1,0,1,0", "1,0,0,0"),
    INTEGERS(4, "k = Or b:1,1,0,0 b:1,0,1,0", "1,1,1,0"),
    INTEGERS(4, "k = And f:1,1,0,0 f:1,0,1,0", "1,0,0,0"),
    INTEGERS(4, "k = Or f:1,1,0,0 f:1,0,1,0", "1,1,1,0"),
    NUMBERS(2, "c = Where b:1,0 f:1,2 f:3", "1,3"),
    INTEGERS(2, "k = Where f:1,0 i:1,2 i:3", "1,3"),
    {"opset 6; x N,1,1,4; a = Add f:1,2,3,4@2x2 f:10,20 axis=0 broadcast=1; c = Reshape a i:4; y = Add x c broadcast=1",
     "x N,1,1,4; y = Add x f:11,12,23,24"},
    NUMBERS(2, "c = Softplus f:2,-1", "2.126928,0.313262"),
    NUMBERS(2, "c = Sigmoid f:0,1", "0.5,0.731059"),
    NUMBERS(2, "c = Sin f:0,1", "0,0.841471"),
    NUMBERS(2, "c = Cos f:0,1", "1,0.540302"),
    NUMBERS(2, "c = Erf f:0,1", "0,0.842701"),
    NUMBERS(2, "c = Exp f:0,1", "1,2.718282"),
    NUMBERS(2, "c = Log f:1,2", "0,0.693147"),
    NUMBERS(2, "c = Tanh f:0,1", "0,0.761594"),
    NUMBERS(2, "c = Sqrt f:4,9", "2,3"),
    OLD_NUMBERS("6", 3, "c = Clip f:-2,0.5,2 min=-1.0 max=1.0", "-1,0.5,1"),
    NUMBERS(3, "c = Clip f:-2,0.5,2 _ f:1", "-2,0.5,1"),
    NUMBERS(3, "c = Clip f:-2,0.5,2 i:0", "0,0.5,2"),
    /* Sums */
    NUMBERS(2, "c = ReduceSum f:1,2 noop_with_empty_axes=1", "1,2"),
    NUMBERS(1, "s = ReduceSum f:1,2; c = Reshape s i:1", "3"),
    NUMBERS(2, "c = ReduceMean f:1,2,3,6@2x2 i:-1 keepdims=0", "1.5,4.5"),
    INTEGERS(1, "k = ReduceProd i:2,3,4", "24"),
    INTEGERS(1, "k = ReduceMax i:2,-3,4", "4"),
    NUMBERS(2, "c = MatMul f:1,2 f:1,2,3,4@2x2", "7,10"),
    NUMBERS(2, "c = MatMul f:1,2,3,4@2x2 f:1,2", "5,11"),
    NUMBERS(1, "m = MatMul f:1,2 f:3,4; c = Reshape m i:1", "11"),
};

/* Copies of the edge before a max pool: they are left to it, or put there, where an Identity stands between. */
#define EDGES(pads, pool)                                                                      \
    {                                                                                          \
        "x N,2,6,7; p = Pad x i:" pads " mode='edge'; y = MaxPool p " pool,                    \
            "x N,2,6,7; p = Pad x i:" pads " mode='edge'; q = Identity p; y = MaxPool q " pool \
    }

static const form image_forms[] = {
    /* Convolutions, of channels that were shuffled too */
    {"x N,1,2,2; y = Conv x i:1,-2@2x1x1x1", "x N,1,2,2; y = Conv x f:1,-2@2x1x1x1"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = Conv s n1@4x1x2x2 n2@4 group=4",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; y = Conv s n1@4x1x2x2 n2@4 group=4"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = Conv s n1@8x1x2x2 n2@8 group=4",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; y = Conv s n1@8x1x2x2 n2@8 group=4"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = Conv s n1@6x2x2x2 group=2",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; y = Conv s n1@6x2x2x2 group=2"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = ConvTranspose s n1@4x3x2x2 n2@3",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; y = ConvTranspose s n1@4x3x2x2 n2@3"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = ConvTranspose s n1@4x3x2x2 n2@6 group=2",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; y = ConvTranspose s n1@4x3x2x2 n2@6 group=2"},
    {"x N,2,3,4; y = ConvTranspose x n1@2x2x2x2 group=2",
     "x N,2,3,4; a,b = Split x axis=1; c = Slice a i:0 i:9 i:1; y = ConvTranspose x n1@2x2x2x2 f:0,0,0,0 group=2; "
     "-> y"},
    {"x N,1,3,4; y = ConvTranspose x i:1,2,3,4@1x1x2x2", "x N,1,3,4; y = ConvTranspose x f:1,2,3,4@1x1x2x2"},
    {"x N,2,3,4; y = ConvTranspose x i:1,2,3,4@2x1x1x2 group=2",
     "x N,2,3,4; y = ConvTranspose x f:1,2,3,4@2x1x1x2 group=2"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] auto_pad='SAME_UPPER'",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] pads=[0,0,1,1]"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] auto_pad='SAME_LOWER'",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] pads=[1,1,0,0]"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x1x1 strides=[2,2] auto_pad='SAME_UPPER'",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x1x1 strides=[2,2] output_padding=[1,1]"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] auto_pad='SAME_UPPER' output_padding=[1,1]",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] pads=[1,1,1,1] output_padding=[1,1]"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] output_shape=[6,9] pads=[2,2,2,2]",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] pads=[1,0,0,0]"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] output_shape=[6,8] auto_pad='SAME_UPPER'",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] pads=[0,0,1,1]"},
    {"x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] output_shape=[4,10]",
     "x N,1,3,4; y = ConvTranspose x n1@1x1x3x3 strides=[2,2] pads=[2,0,1,0] output_padding=[0,1]"},
    {"x N,1,5; y = ConvTranspose x n1@1x2x3 strides=[2] output_shape=[9]",
     "x N,1,5; y = ConvTranspose x n1@1x2x3 strides=[2] pads=[1,1]"},
    {"x N,1,5; y = ConvTranspose x n1@1x2x3 strides=[2] output_padding=[1]",
     "x N,1,1,5; z = ConvTranspose x n1@1x2x1x3 strides=[1,2] output_padding=[0,1]; y = Squeeze z axes=[2]"},
    {"opset 11; x N,3,5; y = Conv x n1@2x3x3 pads=[1,1]",
     "x N,3,5; u = Unsqueeze x i:2; z = Conv u n1@2x3x1x3 pads=[0,1,0,1]; y = Squeeze z i:2"},
    /* Around images */
    {"opset 18; x N,2,3,4; p = Pad x i:1,2 _ i:2; y = Relu p", "x N,2,3,4; p = Pad x i:0,0,1,0,0,0,2,0; y = Relu p"},
    {"opset 18; x N,2,3,4; p = Pad x i:1,2 _ i:-1; y = Relu p", "x N,2,3,4; p = Pad x i:0,0,0,1,0,0,0,2; y = Relu p"},
    {"opset 1; x N,2,3,4; p = Pad x paddings=[0,0,1,0,0,0,2,0]; y = Relu p",
     "x N,2,3,4; p = Pad x i:0,0,1,0,0,0,2,0; y = Relu p"},
    {"x N,2,3,4; p = Pad x i:0,0,0,0,0,0,-1,0; y = Relu p", "x N,2,3,4; p = Slice x i:0 i:2 i:2; y = Relu p"},
    {"x N,2,3,4; p = Pad x i:0,0,-1,0,0,0,0,1; y = Relu p",
     "x N,2,3,4; s = Slice x i:1 i:3 i:2; p = Pad s i:0,0,0,0,0,0,0,1; y = Relu p"},
    {"x N,2,3,4; p = Pad x i:0,0,0,-1,0,0,0,-1; y = Relu p", "x N,2,3,4; p = Slice x i:1 i:3 i:3; y = Relu p"},
    {"x N,2,3,4; a = Pad x i:0,0,0,1,0,0,0,1; p = Pad a i:0,0,0,-1,0,0,0,0; y = Relu p",
     "x N,2,3,4; p = Pad x i:0,0,0,0,0,0,0,1; y = Relu p"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "p = Pad s i:0,0,-1,0,0,0,0,0; y = Relu p",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; t = Slice s i:1 i:3 i:2; y = Relu t"},
    {"x N,6,5,3; p = Pad x i:0,1,2,0,0,0,1,0; y = Relu p",
     "x N,6,5,3; t = Transpose x perm=[0,3,1,2]; p = Pad t i:0,0,1,2,0,0,0,1; r = Relu p; "
     "y = Transpose r perm=[0,2,3,1]"},
    {"x N,2,3,4; p = Pad x i:0,1,0,0,0,0,0,1 f:0.5; y = Relu p",
     "x N,2,3,4; a = Concat f:0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5@1x1x3x4 x axis=1; "
     "b = Concat a f:0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5@1x3x3x1 axis=3; y = Relu b"},
    {"x N,1,1,3; p = Pad x i:0,0,0,5,0,0,0,4 mode='reflect'; y = Relu p",
     "x N,1,1,3; p = Gather x i:1,0,1,2,1,0,1,2,1,0,1,2 axis=3; y = Relu p"},
    {"x N,1,1,3; p = Pad x i:0,0,0,4,0,0,0,2 mode='wrap'; y = Relu p",
     "x N,1,1,3; p = Gather x i:2,0,1,2,0,1,2,0,1 axis=3; y = Relu p"},
    {"x N,2,6,7; p = Pad x i:0,0,1,1,0,0,1,1 f:-inf; y = MaxPool p kernel_shape=[3,3]",
     "x N,2,6,7; y = MaxPool x kernel_shape=[3,3] pads=[1,1,1,1]"},
    EDGES("0,0,1,1,0,0,1,1", "kernel_shape=[3,3]"),
    EDGES("0,0,1,1,0,0,1,1", "kernel_shape=[3,3] ceil_mode=0 pads=[0,0,0,0] dilations=[1,1] auto_pad='NOTSET'"),
    EDGES("0,0,1,1,0,0,1,1", "kernel_shape=[3,3] auto_pad='VALID'"),
    EDGES("0,0,1,1,0,0,1,1", "kernel_shape=[3,3] auto_pad='SAME_UPPER'"),
    EDGES("0,0,1,1,0,0,1,1", "kernel_shape=[3,3] strides=[2,2] ceil_mode=1"),
    EDGES("0,0,0,0,0,0,1,0", "kernel_shape=[2,2] strides=[2,2] ceil_mode=1"),
    EDGES("0,0,1,0,0,0,0,0", "kernel_shape=[1,2]"),
    EDGES("0,0,0,0,0,0,0,1", "kernel_shape=[2,1]"),
    EDGES("0,0,1,1,0,0,1,1", "kernel_shape=[3,3] pads=[1,0,0,0]"),
    EDGES("0,0,3,1,0,0,1,1", "kernel_shape=[3,3] strides=[2,1]"),
    EDGES("0,0,1,1,0,0,3,1", "kernel_shape=[3,3] strides=[2,1]"),
    EDGES("0,0,1,-1,0,0,1,1", "kernel_shape=[3,3]"),
    EDGES("0,0,1,1,0,0,-1,1", "kernel_shape=[3,3]"),
    EDGES("0,1,1,1,0,0,1,1", "kernel_shape=[3,3]"),
    EDGES("0,0,1,1,0,1,1,1", "kernel_shape=[3,3]"),
    {"x N,2,6,7; p = Pad x i:0,0,1,1,0,0,1,1 mode='edge'; m = MaxPool p kernel_shape=[3,3]; s = Slice p i:1,1 i:7,8 "
     "i:2,3; "
     "y = Add m s",
     "x N,2,6,7; m = MaxPool x kernel_shape=[3,3] pads=[1,1,1,1]; y = Add m x"},
    /* Pools */
    {"x N,2,7,8; y = AveragePool x kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] ceil_mode=1 count_include_pad=1",
     "x N,2,7,8; p = Pad x i:0,0,1,1,0,0,1,1; q = Identity p; "
     "y = AveragePool q kernel_shape=[3,3] strides=[2,2] ceil_mode=1"},
    {"x N,2,7,8; y = AveragePool x kernel_shape=[3,3] strides=[2,2] pads=[0,1,0,0] ceil_mode=1 count_include_pad=1",
     "x N,2,7,8; p = Pad x i:0,0,0,1,0,0,0,0; q = Relu p; n = Neg p; r = Relu n; s = Sub q r; "
     "y = AveragePool s kernel_shape=[3,3] strides=[2,2] ceil_mode=1"},
    {"x N,2,8,7; y = AveragePool x kernel_shape=[3,3] strides=[2,2] pads=[1,0,0,0] ceil_mode=1 count_include_pad=1",
     "x N,2,8,7; p = Pad x i:0,0,1,0,0,0,0,0; q = Relu p; n = Neg p; r = Relu n; s = Sub q r; "
     "y = AveragePool s kernel_shape=[3,3] strides=[2,2] ceil_mode=1"},
    {"x N,2,5,5; y = AveragePool x kernel_shape=[2,2] strides=[2,2] pads=[1,0,0,0] ceil_mode=1 count_include_pad=1",
     "x N,2,5,5; p = Pad x i:0,0,1,0,0,0,0,0; q = Identity p; "
     "y = AveragePool q kernel_shape=[2,2] strides=[2,2] ceil_mode=1"},
    {"x N,8,6,5; v = Reshape x i:0,2,4,6,5; a = AveragePool v kernel_shape=[1,2,3] strides=[1,2,1] pads=[0,0,1,0,0,1]; "
     "y = Flatten a",
     "x N,8,6,5; p = AveragePool x kernel_shape=[2,3] strides=[2,1] pads=[0,1,0,1]; y = Flatten p"},
    {"x N,8,6,5; v = Reshape x i:0,2,4,6,5; a = AveragePool v kernel_shape=[1,2,3] pads=[0,0,1,0,0,1] "
     "count_include_pad=1 dilations=[1,1,1] auto_pad='NOTSET'; y = Flatten a",
     "x N,8,6,5; p = AveragePool x kernel_shape=[2,3] pads=[0,1,0,1] count_include_pad=1; y = Flatten p"},
    {"x N,2,3,4; y = ReduceSum x i:2", "x N,2,3,4; m = ReduceMean x axes=[2]; y = Mul m f:3"},
    {"x N,2,3,4; y = ReduceSum x i:3 keepdims=0", "x N,2,3,4; m = ReduceMean x axes=[3] keepdims=0; y = Mul m f:4"},
    {"x N,2,3,4; y = ReduceMax x axes=[2] keepdims=0",
     "x N,2,3,4; m = MaxPool x kernel_shape=[3,1]; y = Squeeze m i:2"},
    {"x N,2,3,4; y = ReduceMin x axes=[3]", "x N,2,3,4; n = Neg x; m = MaxPool n kernel_shape=[1,4]; y = Neg m"},
    {"x N,2,3,4; y = ReduceMax x axes=[1] keepdims=0",
     "x N,2,3,4; a,b = Split x axis=1; m = Max a b; y = Squeeze m i:1"},
    {"x N,2,3,4; y = ReduceMean x axes=[1]", "x N,2,3,4; a,b = Split x axis=1; s = Add a b; y = Mul s f:0.5"},
    {"x N,2,3,4; y = ReduceMean x axes=[1,2] keepdims=0",
     "x N,2,3,4; a = ReduceMean x axes=[1] keepdims=0; y = ReduceMean a axes=[1] keepdims=0"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = ReduceMax v axes=[1,3]",
     "x N,8,3,4; v = Reshape x i:0,2,4,3,4; a = ReduceMax v axes=[1]; y = ReduceMax a axes=[3]"},
    {"x N,8,3,4; v = Reshape x i:0,2,4,3,4; y = ReduceMax v axes=[-1,2] keepdims=0",
     "x N,8,3,4; v = Reshape x i:0,2,4,3,4; a = ReduceMax v axes=[4] keepdims=0; y = ReduceMax a axes=[2] keepdims=0"},
    {"x N,2,3,4; t = Transpose x perm=[0,2,3,1]; r = Relu t; y = ReduceMax r axes=[1,2,3]",
     "x N,2,3,4; r = Relu x; g = GlobalMaxPool r; y = ReduceMax g axes=[1]"},
    {"x N,2,3,4; y = ReduceMin x axes=[1,2,3] keepdims=0",
     "x N,2,3,4; n = Neg x; f = Flatten n; m = ReduceMax f axes=[1] keepdims=0; y = Neg m"},
    {"x N,2,3,4; l = ReduceMin x axes=[1,2,3]; h = ReduceMax x axes=[1,2,3]; a = Sub x l; b = Sub h l; c = Add b "
     "f:0.5; "
     "d = Div a c; y = Flatten d",
     "x N,2,3,4; f = Flatten x; l = ReduceMin f axes=[1]; h = ReduceMax f axes=[1]; a = Sub f l; b = Sub h l; "
     "c = Add b f:0.5; y = Div a c"},
    {"x N,6; y = ReduceMax x axes=[1]",
     "x N,6; v = Reshape x i:0,2,3; m = ReduceMax v axes=[1,2]; y = Reshape m i:0,1"},
    {"x N,2,3,4; y = ReduceSumSquare x axes=[1,2,3]", "x N,2,3,4; s = Mul x x; y = ReduceSum s i:1,2,3"},
    {"x N,2,3,4; y = ReduceL2 x axes=[2,3]", "x N,2,3,4; s = Mul x x; m = ReduceSum s i:2,3; y = Sqrt m"},
    {"x N,2,3,4; y = GlobalMaxPool x", "x N,2,3,4; y = MaxPool x kernel_shape=[3,4]"},
    /* Other sizes */
    {"x 1,1,2,3; y = Resize x _ _ i:1,1,4,6", "x 1,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"opset 9; x N,1,2,3; y = Upsample x f:1,1,2,2", "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"opset 7; x N,1,2,3; y = Upsample x scales=[1.0,1.0,2.0,2.0]", "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"opset 1; x N,1,2,3; y = Upsample x height_scale=2.0 width_scale=3.0", "x N,1,2,3; y = Resize x _ f:1,1,2,3"},
    {"opset 10; x N,1,2,3; y = Resize x f:1,1,2,2", "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"opset 18; x N,1,2,3; y = Resize x _ f:2,2 axes=[2,3]", "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"opset 18; x N,1,2,3; y = Resize x _ _ i:6 axes=[-1]", "x N,1,2,3; y = Resize x _ f:1,1,1,2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,2,2 mode='nearest' nearest_mode='round_prefer_ceil'",
     "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='half_pixel_symmetric'",
     "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='pytorch_half_pixel'",
     "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='asymmetric' nearest_mode='floor'",
     "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,2,2 coordinate_transformation_mode='asymmetric'",
     "x N,1,2,3; y = Resize x _ f:1,1,2,2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,1,3 coordinate_transformation_mode='asymmetric'",
     "x N,1,2,3; y = Gather x i:0,0,1,1,1,2,2,2,2 axis=3"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 coordinate_transformation_mode='asymmetric' nearest_mode='ceil'",
     "x N,1,1,3; y = Gather x i:0,1,1,2,2,2 axis=3"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 coordinate_transformation_mode='tf_half_pixel_for_nn' nearest_mode='floor'",
     "x N,1,1,3; y = Gather x i:0,0,1,1,2,2 axis=3"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 coordinate_transformation_mode='align_corners' nearest_mode='floor'",
     "x N,1,1,3; y = Gather x i:0,0,0,1,1,2 axis=3"},
    {"x N,1,1,4; y = Resize x _ f:1,1,1,0.5 coordinate_transformation_mode='asymmetric' "
     "nearest_mode='round_prefer_ceil'",
     "x N,1,1,4; y = Gather x i:0,2 axis=3"},
    {"x N,1,1,4; y = Resize x _ f:1,1,1,0.5 nearest_mode='round_prefer_ceil'", "x N,1,1,4; y = Gather x i:1,3 axis=3"},
    {"x N,1,1,4; y = Resize x _ f:1,1,1,0.5", "x N,1,1,4; y = Gather x i:0,2 axis=3"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,0.34 mode='linear' coordinate_transformation_mode='pytorch_half_pixel'",
     "x N,1,1,3; y = Slice x i:0 i:1 i:3"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,0.34 mode='linear' coordinate_transformation_mode='align_corners'",
     "x N,1,1,3; y = Slice x i:0 i:1 i:3"},
    {"opset 11; x N,1,1,3; y = Resize x f: f:1,1,1,2 mode='linear'",
     "x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='linear'"},
    {"opset 11; x N,1,1,3; y = Resize x f: f:1,1,1,1.5", "x N,1,1,3; y = Resize x _ f:1,1,1,1.5"},
    {"x N,1,1,4; y = Resize x _ f:1,1,1,1.2 mode='linear'",
     "x N,1,1,4; y = MatMul x "
     "f:1,0.25,0,0,0,0.75,0.4166667,0,0,0,0.5833333,0.5833333,0,0,0,0.4166667@4x4"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='linear' coordinate_transformation_mode='half_pixel_symmetric'",
     "x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='linear'"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='linear' coordinate_transformation_mode='pytorch_half_pixel'",
     "x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='linear'"},
    {"opset 10; x N,1,1,3; y = Resize x f:1,1,1,2 mode='linear'",
     "x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='linear' coordinate_transformation_mode='asymmetric'"},
    {"opset 9; x N,1,1,4; y = Upsample x f:1,1,1,2 mode='bilinear'",
     "x N,1,1,4; y = Resize x _ f:1,1,1,2 mode='linear' coordinate_transformation_mode='asymmetric'"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='cubic' keep_aspect_ratio_policy='stretch'",
     "x N,1,1,3; y = Resize x _ f:1,1,1,2 mode='cubic' cubic_coeff_a=-0.75"},
    {"x N,1,1,1; y = Resize x _ f:1,1,1,2 mode='cubic' exclude_outside=1", "x N,1,1,1; y = Expand x i:1,1,1,2"},
    {"opset 9; x N,1,1,4; y = Upsample x f:1,1,1,0.5", "x N,1,1,4; y = Gather x i:0,2 axis=3"},
};

static const form shape_forms[] = {
    /* Parts */
    {"x N,2,3,4; y = Slice x i:0,0 i:9223372036854775807,1 i:0,1", "x N,2,3,4; y = Slice x i:0 i:1 i:1"},
    {"x N,2,3,4; y = Slice x i:0,0 i:2147483647,1", "x N,2,3,4; y = Slice x i:0 i:1 i:1"},
    {"x 1,2,3,4; y = Slice x i:0,0 i:1,1", "x 1,2,3,4; y = Slice x i:0 i:1 i:1"},
    {"x N,2,3,4; y = Slice x i:-1 i:-9 i:3 i:-2", "x N,2,3,4; y = Gather x i:3,1 axis=3"},
    {"x N,2,3,4; y = Slice x i:9 i:0 i:3 i:-1", "x N,2,3,4; y = Gather x i:3,2,1 axis=3"},
    {"x N,2,3,4; y = Slice x i:0,0 i:2,9 i:2,3 i:1,3", "x N,2,3,4; a = Slice x i:0 i:2 i:2; y = Gather a i:0,3 axis=3"},
    {"x N,2,3,4; y = Slice x i:0,1 i:1,3 i:1,2", "x N,2,3,4; a = Slice x i:0 i:1 i:1; y = Slice a i:1 i:3 i:2"},
    {"x N,2,3,4; y = Slice x i:0 i:9 i:1", "x N,2,3,4; y = Identity x"},
    {"x N,6,5,3; y = Slice x i:1,2 i:4,5 i:1,2",
     "x N,6,5,3; t = Transpose x perm=[0,3,1,2]; s = Slice t i:1,2 i:4,5 i:2,3; y = Transpose s perm=[0,2,3,1]"},
    {"x N,6,5,3; y = Slice x i:1 i:4 i:1",
     "x N,6,5,3; t = Transpose x perm=[0,3,1,2]; s = Slice t i:1 i:4 i:2; y = Transpose s perm=[0,2,3,1]"},
    {"x N,6,5,3; y = Slice x i:1,0 i:4,2 i:1,3",
     "x N,6,5,3; t = Transpose x perm=[0,3,1,2]; s = Slice t i:1,0 i:4,2 i:2,1; y = Transpose s perm=[0,2,3,1]"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; s = Slice r i:1 i:2 i:2; y = Reshape s i:0,2,3,4",
     "x N,4,3,4; y = Gather x i:1,3 axis=1"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = Slice s i:1 i:3 i:1",
     "x N,4,3,4; y = Gather x i:2,1 axis=1"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t i:0,4,3,4; "
     "y = Slice s i:1 i:3 i:3",
     "x N,4,3,4; g = Gather x i:0,2,1,3 axis=1; y = Slice g i:1 i:3 i:3"},
    {"x N,2,3,4; t = Transpose x perm=[0,2,1,3]; y = Slice t i:1 i:2 i:1",
     "x N,2,3,4; s = Slice x i:1 i:2 i:2; y = Transpose s perm=[0,2,1,3]"},
    {"x N,12; r = Reshape x i:0,3,4; y = Slice r i:1 i:3 i:1",
     "x N,12; s = Slice x i:4 i:12 i:1; y = Reshape s i:0,2,4"},
    {"x N,12; r = Reshape x i:0,3,4; y = Slice r i:1 i:3 i:2",
     "x N,12; s = Gather x i:1,2,5,6,9,10 axis=1; y = Reshape s i:0,3,2"},
    {"x N,5; a,b = Split x axis=1 split=[2,3]; -> b", "x N,5; b = Slice x i:2 i:5 i:1"},
    {"x N,5; a,b = Split x i:2,3 axis=-1; -> a", "x N,5; b = Slice x i:0 i:2 i:1"},
    {"opset 18; x N,5; a,b = Split x axis=1 num_outputs=2; -> b", "x N,5; b = Slice x i:3 i:5 i:1"},
    {"x N,6; a,_,b = Split x axis=1; -> b", "x N,6; b = Slice x i:4 i:6 i:1"},
    {"x N,5; y = Gather x i:-1,0 axis=1",
     "x N,5; a = Slice x i:4 i:5 i:1; b = Slice x i:0 i:1 i:1; y = Concat a b axis=1"},
    /* All values, as Dynamo has them of images whose channels are last in memory */
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add u i:0,1,2@1x3x1x1; b = Add "
                "i:0@1x1x1x1 a; k = Gather r b; y = Reshape k i:-1,3"),
     "x N,3,4,5; y = ReduceMean x axes=[2,3] keepdims=0"},
    {BY_STRIDES("g = Range i:0@ n i:1@; p = Mul g i:3@; u = Unsqueeze p i:1,2,3; a = Add i:0,1,0@1x3x1x1 u; b = Add a "
                "i:0,0,2@1x3x1x1; k = Gather r b; y = Squeeze k i:2,3"),
     "x N,3,4,5; y = ReduceMean x axes=[2,3] keepdims=0"},
    {"opset 12; x N,6; r = Reshape x i:-1; s = Shape x; n = Gather s i:0@; g = Range i:0@ n i:1@; p = Mul i:6@ g; "
     "u = Unsqueeze p axes=[1,2]; a = Add u i:0,1,2,3,4,5@1x2x3; k = Gather r a; y = Tanh k",
     "x N,6; k = Reshape x i:-1,2,3; y = Tanh k"},
    {"x 1,3,4,5; m = ReduceMean x axes=[2,3]; r = Reshape m i:-1; k = Gather r i:0,1,2@1x3x1x1; y = Reshape k i:1,3",
     "x 1,3,4,5; y = ReduceMean x axes=[2,3] keepdims=0"},
    {"x 2,3,4,5; m = ReduceMean x axes=[2,3]; r = Reshape m i:-1; k = Gather r i:0,1,2,3,4,5@2x3x1x1; "
     "y = Reshape k i:2,3",
     "x 2,3,4,5; y = ReduceMean x axes=[2,3] keepdims=0"},
    {"x N,6,2; g = Gather x i:0,1,2,3,4,5@2x3 axis=1; y = Relu g", "x N,6,2; g = Reshape x i:-1,2,3,2; y = Relu g"},
    {"x 2,6; g = Gather x i:0,1; y = Relu g", "x 2,6; y = Relu x"},
    {"x 1,6; g = Gather x i:0@; y = Relu g", "x 1,6; y = Relu x"},
    {"x N,2,3,4; y = Gather x i:1@ axis=2", "x N,2,3,4; s = Slice x i:1 i:2 i:2; y = Squeeze s i:2"},
    /* Of what zeros are still to be put around */
    {"x N,2,3,4; p = Pad x i:0,0,1,0,0,0,0,1; y = Flatten p",
     "x N,2,3,4; p = Pad x i:0,0,1,0,0,0,0,1; q = Relu p; n = Neg p; r = Relu n; s = Sub q r; y = Flatten s"},
    {"x N,2,3,4; p = Pad x i:0,0,1,0,0,0,0,1; t = Transpose p perm=[0,2,3,1]; y = Flatten t",
     "x N,2,3,4; p = Pad x i:0,0,1,0,0,0,0,1; q = Relu p; n = Neg p; r = Relu n; s = Sub q r; t = Transpose s "
     "perm=[0,2,3,1]; y = Flatten t"},
    {"x N,4,3,2; p = Pad x i:0,0,1,0,0,0,0,1; y = DepthToSpace p blocksize=2",
     "x N,4,3,2; p = Pad x i:0,0,1,0,0,0,0,1; r = Relu p; n = Neg p; m = Relu n; s = Sub r m; y = DepthToSpace s "
     "blocksize=2"},
    {"x N,2,3,4; p = Pad x i:0,0,0,1,0,0,0,1; s = Shape p; c = Cast p to=1; y = Reshape c s",
     "x N,2,3,4; y = Pad x i:0,0,0,1,0,0,0,1"},
    {"x N,2,3,4; p = Pad x i:0,0,0,1,0,0,0,1; e = Neg p; y = ImageScaler e bias=[1.0,2.0]",
     "x N,2,3,4; n = Neg x; p = Pad n i:0,0,0,1,0,0,0,1; y = Add p f:1,2@2x1x1"},
    {"x N,2,3,4; p = Pad x i:0,0,0,1,0,0,0,1; y = MatMul p n1@6x2",
     "x N,2,3,4; p = Pad x i:0,0,0,1,0,0,0,1; r = Relu p; n = Neg p; m = Relu n; s = Sub r m; y = MatMul s n1@6x2"},
    /* Side by side */
    {"opset 3; x N,2,3,4; y = Concat x x", "x N,2,3,4; y = Concat x x axis=1"},
    {"x N,2,3,4; y = Concat x axis=1", "x N,2,3,4; y = Identity x"},
    {"x N,2,3,4; y = Concat x n1@1x1x3x4 axis=1",
     "x N,2,3,4; s = Slice x i:0 i:1 i:1; z = Mul s f:0; k = Add z n1@3x4; y = Concat x k axis=1"},
    {"x N,2,3,4; y = Concat n1@1x2x1x4 x axis=2",
     "x N,2,3,4; s = Slice x i:0 i:1 i:2; z = Mul s f:0; k = Add z n1@2x1x4; y = Concat k x axis=2"},
    {"x N,2,3; f = Flatten x; g = Relu f; c = Concat f g axis=1; y = Gemm c n1@12x2",
     "x N,2,3; f = Flatten x; g = Relu f; c = Concat f g axis=1; i = Identity c; y = Gemm i n1@12x2"},
    {"x N,2,3,4; f = Flatten x; a = Slice f i:0 i:5 i:1; c = Concat f a axis=1; y = MatMul c n1@29x2",
     "x N,2,3,4; f = Flatten x; a = Slice f i:0 i:5 i:1; c = Concat f a axis=1; i = Relu c; n = Neg c; j = Relu n; "
     "k = Sub i j; y = MatMul k n1@29x2"},
    {"x N,2,3,4; f = Flatten x; c = Concat f f axis=1; y = MatMul c n1@48x2; -> y",
     "x N,2,3,4; f = Flatten x; c = Concat f f axis=1; d = Add c c; e = MatMul d n1@48x2; y = Mul e f:0.5"},
    {"x N,2,3,4; f = Flatten x; c = Concat f f axis=1", "x N,2,3,4; g = Concat x x axis=1; c = Flatten g"},
    {"x N,2,3,4; t = Transpose x perm=[0,2,3,1]; y = Concat t t axis=3",
     "x N,2,3,4; c = Concat x x axis=1; y = Transpose c perm=[0,2,3,1]"},
    /* Another shape */
    {"x N,2,3,4; y = Flatten x axis=-3", "x N,2,3,4; y = Flatten x"},
    {"x N,2,1,4; y = Squeeze x", "x N,2,1,4; y = Squeeze x i:2"},
    {"x N,2,3; u = Unsqueeze x axes=[-1]; y = Relu u", "x N,2,3; u = Reshape x i:0,2,3,1; y = Relu u"},

    {"x N,6; s = Shape x; g = Slice s i:0 i:1; c = Concat g i:2,3 axis=0; y = Reshape x c",
     "x N,6; y = Reshape x i:0,2,3"},
    {"x N,6; s = Shape x start=-1 end=9; c = Concat i:-1 s axis=0; y = Reshape x c", "x N,6; y = Identity x"},
    {"x N,6; s = Shape x start=1 end=1; c = Concat i:-1,6 s axis=0; y = Reshape x c", "x N,6; y = Identity x"},
    {"x N,4,3,2; y = DepthToSpace x blocksize=2 mode='CRD'",
     "x N,4,3,2; r = Reshape x i:0,1,2,2,3,2; t = Transpose r perm=[0,1,4,2,5,3]; y = Reshape t i:0,1,6,4"},
    {"x N,4,3,2; y = DepthToSpace x blocksize=2",
     "x N,4,3,2; r = Reshape x i:0,2,2,1,3,2; t = Transpose r perm=[0,3,4,1,5,2]; y = Reshape t i:0,1,6,4"},
    {"x N,1,4,6; y = SpaceToDepth x blocksize=2",
     "x N,1,4,6; r = Reshape x i:0,1,2,2,3,2; t = Transpose r perm=[0,3,5,1,2,4]; y = Reshape t i:0,4,2,3"},
    {"x 1,3; y = Expand x i:1,1,3", "x 1,3; y = Reshape x i:1,1,3"},
    {"x N,3,1,1; y = Expand x i:1,1,2,4", "x N,3,1,1; a = Concat x x axis=2; y = Concat a a a a axis=3"},
    {"x N,3; u = Unsqueeze x i:1; e = Expand u i:1,2,3; y = Reshape e i:0,6", "x N,3; y = Concat x x axis=1"},
    {"x N,2,3; t = Tile x i:1,2,1; y = Reshape t i:0,12", "x N,2,3; f = Flatten x; y = Concat f f axis=1"},
    {"x N,2,3; t = Tile x i:1,1,2; y = Relu t", "x N,2,3; t = Gather x i:0,1,2,0,1,2 axis=2; y = Relu t"},
    {"x N,1,2,2; t = Tile x i:1,1,3,2; y = Conv t n1@1x1x2x2",
     "x N,1,2,2; a = Concat x x axis=3; b = Concat a a a axis=2; y = Conv b n1@1x1x2x2"},
    {"x N,1,2,2; u = Reshape x i:0,2,1,2,1; e = Expand u i:1,2,2,2,2; r = Reshape e i:0,1,4,4; y = Relu r",
     "x N,1,2,2; r = Resize x _ f:1,1,2,2; y = Relu r"},
    {"x N,2,3,4; t = Transpose x perm=[0,1,3,2]; r = Reshape t i:0,6,4; y = Relu r",
     "x N,2,3,4; t = Transpose x perm=[0,1,3,2]; i = Relu t; y = Reshape i i:0,6,4"},
    {"x N,2,3,4; c = CastLike x f:1; y = Relu c", "x N,2,3,4; y = Relu x"},
    {"x N,2,3,4; r = Sigmoid x; c = CastLike x r; y = Relu c", "x N,2,3,4; y = Relu x"},
    {"x:2 N,2,3,4; f = Cast x to=1; c = CastLike f:0.5 f; y = Mul f c",
     "x:2 N,2,3,4; f = Cast x to=1; y = Mul f f:0.5"},
    {"x N,5; s = Softmax x; a = ArgMax s axis=1; y = CastLike a i:1; -> y:7", "x N,5; y = Softmax x"},
    {"x 3,4; c = CastLike f:2 x; y = Mul x c", "x 3,4; y = Mul x f:2"},
    {"x N,2,3,4; c = Cast x to=10; d = Cast c to=11; e = Cast d to=16; y = Cast e to=1", "x N,2,3,4; y = Identity x"},
    {"x N,2,3,4; y = Dropout x f:0.25@ b:0@", "x N,2,3,4; y = Identity x"},
    {"opset 9; x N,2,3,4; y = Dropout x ratio=0.25", "x N,2,3,4; y = Identity x"},
    {"x N,2,3,4; y = Dropout x f:0@", "x N,2,3,4; y = Identity x"},
    {"x N,5; s = Softmax x; y = ArgMax s axis=1 keepdims=0; -> y:7", "x N,5; y = Softmax x"},
    {"x N,5; s = Softmax x; a = ArgMax s axis=-1; b = Squeeze a i:1; c = Cast b to=6; d = Unsqueeze c i:1; "
     "e = Reshape d i:-1; y = Identity e; -> y:7",
     "x N,5; y = Softmax x"},
    {"x 1,2,3; r = Reshape x i:6; y = Relu r", "x 1,2,3; f = Flatten x; y = Relu f"},
    {"x N,2,3,4; r = Reshape x i:-1,4; m = MatMul r n1@4x2; y = Reshape m i:-1,2,3,2",
     "x N,2,3,4; y = MatMul x n1@4x2"},
    {"x N,2,3,4; r = Reshape x i:-1,3,4; m = Relu r; y = Reshape m i:-1,24", "x N,2,3,4; m = Relu x; y = Flatten m"},
};

static const form arithmetic_forms[] = {
    {"opset 6; x N,3,2,2; y = Add x f:1,2,3 axis=1 broadcast=1", "x N,3,2,2; y = Add x f:1,2,3@3x1x1"},
    {"opset 6; x N,3,2,2; y = PRelu x f:0.1,0.2,0.3", "x N,3,2,2; y = PRelu x f:0.1,0.2,0.3@3x1x1"},
    {"opset 7; x N,3,2,2; y = PRelu x f:0.1,0.2", "x N,3,2,2; y = PRelu x f:0.1,0.2@1x1x2"},
    {"x N,2,3; y = PRelu x n1@2x3", "x N,2,3; r = Relu x; n = Neg x; m = Relu n; s = Mul m n1@2x3; y = Sub r s"},
    {"x N,1,1,3; y = Add x f:1,2@2x1", "x N,1,1,3; e = Expand x i:1,1,2,3; y = Add e f:1,2@2x1"},
    {"x N,1,1,3; y = Sub f:1,2@2x1 x", "x N,1,1,3; n = Neg x; y = Add n f:1,2@2x1"},
    {"x N,2,3; y = Sub f:1 x", "x N,2,3; n = Neg x; y = Add n f:1"},
    {"x N,2,3; y = Div x f:2,4,8", "x N,2,3; y = Mul x f:0.5,0.25,0.125"},
    {"x N,2,3; a = Sigmoid x; y = Div f:1 a", "x N,2,3; a = Sigmoid x; y = Reciprocal a"},
    {"x N,2,3; a = Sigmoid x; b = Tanh x; y = Div b a",
     "x N,2,3; a = Sigmoid x; b = Tanh x; r = Reciprocal a; y = Mul b r"},
    {"x N,2,3; y = Mul x x", "x N,2,3; y = Pow x f:2"},
    {"x N,3; y = Pad x i:0,0,0,-2", "x N,3; y = Slice x i:0 i:1 i:1"},
    {"x N,3,2,2; y = Pad x i:0,0,0,0,0,-2,0,0", "x N,3,2,2; y = Slice x i:0 i:1 i:1"},
    {"x N,2,3; m = Mul x f:20; s = Sub m f:10; y = Clip s f:-1@ f:6@",
     "x N,2,3; m = Mul x f:20; s = Sub m f:10; a = Max s f:-1; y = Min a f:6"},
    {"x N,4; y = Slice x i:0,1 i:9223372036854775807,3 i:0,1", "x N,4; y = Slice x i:1 i:3 i:1"},
    {"x N,2,3; y = Pow x f:1", "x N,2,3; y = Identity x"},
    {"x N,2,3; y = Softsign x", "x N,2,3; a = Abs x; b = Add a f:1; y = Div x b"},

    {"x N,2,3; s = Sigmoid x; y = Log s", "x N,2,3; n = Neg x; s = Softplus n; y = Neg s"},
    {"x N,2,3; s = Softmax x; i = Identity s; y = Log s", "x N,2,3; y = LogSoftmax x"},
    {"x N,2,3; s = LogSoftmax x; y = Exp s", "x N,2,3; y = Softmax x"},
    {"x N,2,3; y = Mish x", "x N,2,3; s = Softplus x; t = Tanh s; y = Mul x t"},
    {"x N,2,3; y = Celu x alpha=2.0", "x N,2,3; d = Div x f:2; e = Elu d; y = Mul e f:2"},
    {"x N,2,3; y = ScaledTanh x", "x N,2,3; y = Tanh x"},
    {"opset 1; x N,2,3; y = Tanh x", "x N,2,3; y = Tanh x"},
    {"opset 11; x 1,5; y = Softmax x axis=0", "x N,5; y = Softmax x"},
    {"opset 11; x 1,5; y = LogSoftmax x axis=0", "x N,5; y = LogSoftmax x"},
    {"x N,2,3; y = ScaledTanh x alpha=2.0 beta=0.5", "x N,2,3; d = Mul x f:0.5; e = Tanh d; y = Mul e f:2"},
    {"x N,2,3; y = Selu x", "x N,2,3; y = Selu x alpha=1.67326 gamma=1.0507"},
    {"x N,2,3; y = Selu x alpha=2.0 gamma=3.0", "x N,2,3; e = Elu x alpha=2.0; y = Mul e f:3"},
    {"x N,2,3; y = HardSigmoid x", "x N,2,3; m = Mul x f:0.2; a = Add m f:0.5; y = Clip a f:0 f:1"},
    {"x N,2,3; y = LeakyRelu x alpha=0.0", "x N,2,3; y = Relu x"},
    {"x N,2,3; y = Gelu x approximate='tanh'; -> y",
     "x N,2,3; c = Pow x f:3; d = Mul c f:0.044715; e = Add x d; "
     "f = Mul e f:0.7978845608; t = Tanh f; g = Add t f:1; i = Identity g; h = Mul x i; y = Mul h f:0.5"},
    {"x N,2,3; y = Clip x f:-0.5 f:0.25", "x N,2,3; a = Max x f:-0.5; y = Min a f:0.25"},
    {"x N,2,3; y = Clip x f:0 f:6", "x N,2,3; y = Relu x"},
    {"x N,2,3; y = Clip x _ f:0.25", "x N,2,3; y = Min f:0.25 x"},
    {"x N,2,3; y = Clip x", "x N,2,3; y = Identity x"},
    {"opset 6; x N,2,3; y = Clip x min=-0.5 max=0.25", "x N,2,3; y = Clip x f:-0.5 f:0.25"},
    {"x N,2,3; y = Max x f:0.1 f:0.3", "x N,2,3; y = Max x f:0.3"},
    {"x N,2,3; n = Neg x; h = Mul x f:0.5; y = Max x n h",
     "x N,2,3; n = Neg x; h = Mul x f:0.5; m = Max h n; y = Max m x"},
    {"x N,2,3; n = Neg x; h = Mul x f:0.5; y = Min x n h",
     "x N,2,3; n = Neg x; h = Mul x f:-0.5; m = Max h x n; y = Neg m"},
    {"x N,2,3; y = Max x", "x N,2,3; y = Identity x"},
    {"x N,2,3; y = Sum x", "x N,2,3; y = Identity x"},
    {"x N,2,3; n = Relu x; h = Sigmoid x; y = Sum x n h",
     "x N,2,3; n = Relu x; h = Sigmoid x; a = Add n h; y = Sum a x"},
    {"x N,2,3; n = Relu x; h = Sigmoid x; y = Mean x n h",
     "x N,2,3; n = Relu x; h = Sigmoid x; a = Add n h; b = Sum a x; y = Mul b f:0.3333333333"},
    {"opset 1; x N,3,2,2; y = ImageScaler x bias=[0.5,1.5,2.5] scale=2.0",
     "x N,3,2,2; m = Mul x f:2; y = Add m f:0.5,1.5,2.5@3x1x1"},
    {"opset 1; x N,3,2,2; y = ImageScaler x scale=2.0", "x N,3,2,2; y = Mul x f:2"},
    {"opset 1; x N,3,2,2; y = Affine x alpha=2.0 beta=0.5", "x N,3,2,2; m = Mul x f:2; y = Add m f:0.5"},
    /* Two activations in different orders */
    {"x N,2,3,4; t = Transpose x perm=[0,2,3,1]; r = Reshape x i:0,3,4,2; a = Add t r; y = Flatten a",
     "x N,2,3,4; r = Reshape x i:0,3,4,2; s = Transpose r perm=[0,3,1,2]; b = Add x s; t = Transpose b perm=[0,2,3,1]; "
     "y = Flatten t"},
    {"x N,2,3,4; t = Transpose x perm=[0,2,1,3]; r = Reshape x i:0,4,3,2; s = Transpose r perm=[0,2,3,1]; a = Add t s; "
     "y = Flatten a",
     "x N,2,3,4; r = Reshape x i:0,4,3,2; s = Transpose r perm=[0,3,2,1]; b = Add x s; t = Transpose b perm=[0,2,1,3]; "
     "y = Flatten t"},
    {"x N,2,3,4; f = Reshape x i:0,6,4; t = Reshape x i:0,4,6; s = Transpose t perm=[0,2,1]; a = Sub f s; y = Flatten "
     "a",
     "x N,2,3,4; f = Reshape x i:0,6,4; g = Transpose f perm=[0,2,1]; t = Reshape x i:0,4,6; b = Sub g t; "
     "a = Transpose b perm=[0,2,1]; y = Flatten a"},
    {"x N,2,3,4; f = Flatten x; t = Transpose x perm=[0,3,2,1]; g = Flatten t; a = Mul f g; y = Relu a",
     "x N,2,3,4; i = Relu x; n = Neg x; j = Relu n; k = Sub i j; t = Transpose k perm=[0,3,2,1]; r = Reshape t "
     "i:0,2,3,4; a = Mul k r; b = Relu a; y = Flatten b"},
    /* Numbers of channels, and of other axes */
    {"x N,3,4,5; p = GlobalAveragePool x; y = Mul x p",
     "x N,3,4,5; p = GlobalAveragePool x; e = Tile p i:1,1,4,5; y = Mul x e"},
    {"x N,3,4,5; p = GlobalAveragePool x; y = Mul p x",
     "x N,3,4,5; p = GlobalAveragePool x; e = Tile p i:1,1,4,5; y = Mul x e"},
    {"x N,3,4,5; p = GlobalAveragePool x; y = Add p x",
     "x N,3,4,5; p = GlobalAveragePool x; e = Tile p i:1,1,4,5; y = Add x e"},
    {"x N,3,4,5; p = ReduceMean x axes=[1,3]; y = Mul x p",
     "x N,3,4,5; p = ReduceMean x axes=[1,3]; e = Tile p i:1,3,1,5; y = Mul x e"},
    {"x N,3,4,5; p = ReduceMean x axes=[2]; y = Mul x p",
     "x N,3,4,5; p = ReduceMean x axes=[2]; e = Tile p i:1,1,4,1; y = Mul x e"},
    {"x N,3,4,5; t = Transpose x perm=[0,2,3,1]; p = ReduceMean t axes=[1,2]; m = Mul t p; y = Flatten m",
     "x N,3,4,5; t = Transpose x perm=[0,2,3,1]; p = ReduceMean t axes=[1,2]; e = Tile p i:1,4,5,1; m = Mul t e; "
     "y = Flatten m"},
    {"x N,3,8; r = Reshape x i:0,24; s = Reshape r i:0,6,4; p = ReduceMean s axes=[1]; y = Mul s p",
     "x N,3,8; r = Reshape x i:0,24; s = Reshape r i:0,6,4; p = ReduceMean s axes=[1]; e = Tile p i:1,6,1; y = Mul s "
     "e"},
    {"x N,3,8; p = ReduceMean x axes=[2]; y = Mul x p",
     "x N,3,8; p = ReduceMean x axes=[2]; e = Tile p i:1,1,8; y = Mul x e"},
    {"x N,3,4,5; p = GlobalAveragePool x; e = Expand p i:1,3,4,5; y = Add x e",
     "x N,3,4,5; p = GlobalAveragePool x; y = Add x p"},
    {"x N,3,4,5; p = GlobalAveragePool x; e = Expand p i:1,3,4,5; y = Add e e",
     "x N,3,4,5; p = GlobalAveragePool x; q = Mul p f:2; y = Tile q i:1,1,4,5"},
    {"x N,3,4,5; p = GlobalAveragePool x; e = Expand p i:1,3,1,5; y = Add x e",
     "x N,3,4,5; p = GlobalAveragePool x; y = Add x p"},
    {"x N,3,4,5; p = GlobalAveragePool x; e = Expand p i:1,3,4,5; y = Sub e x",
     "x N,3,4,5; p = GlobalAveragePool x; n = Neg x; y = Add n p"},
    {"x N,3,4; m = ReduceMean x axes=[1]; n = ReduceMean x axes=[2]; y = Add m n",
     "x N,3,4; m = ReduceMean x axes=[1]; n = ReduceMean x axes=[2]; a = Tile m i:1,3,1; b = Tile n i:1,1,4; y = Add a "
     "b"},
    /* Products */
    {"x N,6; y = Gemm x n1@6x2 f:0.5 alpha=2.0 beta=3.0", "x N,6; m = MatMul x n1@6x2; n = Mul m f:2; y = Add n f:1.5"},
    {"x N,6; y = Gemm x n1@2x6 n2@2 transB=1 beta=0.0", "x N,6; t = Transpose n1@2x6; y = MatMul x t"},
    {"x N,6; y = Gemm x n1@6x2 n2@1x2", "x N,6; m = MatMul x n1@6x2; y = Add m n2@2"},
    {"x N,2,3; y = MatMul n1@4x2 x", "x N,2,3; t = Transpose x perm=[0,2,1]; u = Transpose n1@4x2; m = MatMul t u; "
                                     "y = Transpose m perm=[0,2,1]"},
    {"x N,2,3,4; f = Flatten x; b = BatchNormalization f n1@24 n2@24 n3@24 "
     "f:1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1; "
     "y = Gemm b n4@24x2",
     "x N,2,3,4; f = Flatten x; r = Reshape n1@24 i:2,3,4; s = Reshape n2@24 i:2,3,4; t = Reshape n3@24 i:2,3,4; a = "
     "Sub x t; "
     "d = Mul a f:0.999995; m = Mul d r; n = Add m s; g = Flatten n; y = Gemm g n4@24x2"},
    /* Units of a dense layer in another order */
    {"x N,6; d = Gemm x n1@6x24; r = Relu d; e = Reshape r i:0,2,3,4; y = Conv e n2@1x2x2x2",
     "x N,6; d = Gemm x n1@6x24; s = Softplus d; e = Reshape s i:0,2,3,4; n = Mul e f:1; t = Transpose n "
     "perm=[0,2,3,1]; "
     "u = Transpose t perm=[0,3,1,2]; z = Mul u f:0; d2 = Relu d; v = Reshape d2 i:0,2,3,4; w = Add v z; "
     "y = Conv w n2@1x2x2x2"},
    {"x N,6; d = Gemm x n1@6x24; s = LogSoftmax d; e = Reshape s i:0,2,3,4; y = Conv e n2@1x2x2x2",
     "x N,6; d = Gemm x n1@6x24; s = Softmax d; l = Log s; i = Identity l; e = Reshape i i:0,2,3,4; y = Conv e "
     "n2@1x2x2x2"},
    {"x N,6; d = Gemm x n1@6x24; s = Tanh d; q = Sigmoid d; e = Reshape s i:0,2,3,4; c = Conv e n2@1x2x2x2; f = "
     "Flatten c; "
     "g = Gemm q n3@24x6; y = Add f g",
     "x N,6; d = Gemm x n1@6x24; d2 = Gemm x n1@6x24; s = Tanh d; q = Sigmoid d2; e = Reshape s i:0,2,3,4; "
     "c = Conv e n2@1x2x2x2; f = Flatten c; g = Gemm q n3@24x6; y = Add f g"},
    {"x N,6; d = Gemm x n1@6x24; b = Mul d f:2; t = Tanh b; m = Dropout t; e = Reshape m i:0,2,3,4; y = Conv e "
     "n2@1x2x2x2",
     "x N,6; d = Gemm x n1@6x24 alpha=2.0; t = Tanh d; e = Reshape t i:0,2,3,4; y = Conv e n2@1x2x2x2"},
    {"x N,6; d = Gemm x n1@6x24; t = Tanh d; b = Mul t f:2; u = Sigmoid b; m = Dropout u; e = Reshape m i:0,2,3,4; "
     "y = Conv e n2@1x2x2x2",
     "x N,6; d = Gemm x n1@6x24; t = Tanh d; b = Add t t; u = Sigmoid b; e = Reshape u i:0,2,3,4; y = Conv e "
     "n2@1x2x2x2"},
};

static const form layer_forms[] = {
    /* Softmax */
    {"opset 11; x 1,6; y = Softmax x axis=0", "x 1,6; y = Softmax x"},
    {"opset 11; x N,2,3,4; f = Softmax x axis=1; y = Flatten f", "x N,2,3,4; f = Flatten x; y = Softmax f"},
    {"opset 11; x N,2,3,4; y = Softmax x axis=3", "x N,2,3,4; y = Softmax x"},
    {"x N,2,3,4; y = Softmax x axis=2",
     "x N,2,3,4; t = Transpose x perm=[0,1,3,2]; s = Softmax t; y = Transpose s perm=[0,1,3,2]"},
    {"producer libdigitnet; opset 11; x N,2,1,3; f = Flatten x; y = Softmax f",
     "x N,2,1,3; f = Flatten x; y = Softmax f"},
    /* Normalization */
    {"x N,3,4,5; m = ReduceMean x axes=[1]; d = Sub x m; p = Pow d f:2; v = ReduceMean p axes=[1]; e = Add v f:0.001; "
     "r = Sqrt e; y = Div d r",
     "x N,3,4,5; t = Transpose x perm=[0,2,3,1]; n = LayerNormalization t f:1,1,1 epsilon=0.001; "
     "y = Transpose n perm=[0,3,1,2]"},
    {"x N,3,4,5; m = ReduceMean x axes=[1]; d = Sub x m; p = Mul d d; v = ReduceMean p axes=[1]; e = Add f:0.001 v; "
     "r = Sqrt e; y = Div d r",
     "x N,3,4,5; t = Transpose x perm=[0,2,3,1]; n = LayerNormalization t f:1,1,1 epsilon=0.001; "
     "y = Transpose n perm=[0,3,1,2]"},
    {"x N,3,4,5; m = ReduceMean x axes=[1,2,3]; d = Sub x m; p = Mul d d; v = ReduceMean p axes=[1,2,3]; "
     "e = Add f:0.001 v; r = Sqrt e; y = Div d r",
     "x N,3,4,5; y = LayerNormalization x n1@3x4x5 n2@3x4x5 axis=1 epsilon=0.001; z = Sub y n2@3x4x5; w = Div z "
     "n1@3x4x5"},
    {"x N,3,4,5; y = LayerNormalization x n1@4x5 n2@4x5 axis=2",
     "x N,3,4,5; r = Reshape x i:0,3,20; a = Reshape n1@4x5 i:20; b = Reshape n2@4x5 i:20; n = LayerNormalization r a "
     "b; "
     "y = Reshape n i:0,3,4,5"},
    {"x N,3,4,5; y = LayerNormalization x n1@5", "x N,3,4,5; y = LayerNormalization x n1@5 f:0"},
    {"opset 21; x N,4,3,2; y = GroupNormalization x n1@4 n2@4 num_groups=2",
     "x N,4,3,2; r = Reshape x i:0,2,-1; i = InstanceNormalization r f:1,1 f:0,0; s = Reshape i i:0,4,3,2; "
     "m = Mul s n1@4x1x1; y = Add m n2@4x1x1"},
    {"opset 18; x N,4,3,2; y = GroupNormalization x n1@2 n2@2 num_groups=2",
     "x N,4,3,2; r = Reshape x i:0,2,-1; y0 = InstanceNormalization r n1@2 n2@2; y = Reshape y0 i:0,4,3,2"},
    {"x N,4,3,2; y = InstanceNormalization x n1@4 n2@4",
     "x N,4,3,2; r = Reshape x i:0,4,6; n = LayerNormalization r f:1,1,1,1,1,1; s = Reshape n i:0,4,3,2; "
     "m = Mul s n1@4x1x1; y = Add m n2@4x1x1"},
    {"x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4 momentum=1.0",
     "x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4"},
    {"x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4 momentum=0.0",
     "x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4"},
    {"x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4 momentum=-0.5",
     "x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4"},
    {"x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4 momentum=1.5",
     "x N,4,3,2; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4"},
    {"opset 7; x N,4; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4 spatial=0",
     "x N,4; y = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4"},
    {"x N,5,2,3; y = LRN x size=2 alpha=0.5 beta=0.5 bias=2.0",
     "x N,5,2,3; s = Mul x x; z = Slice s i:0 i:1 i:1; w = Mul z f:0; t = Slice s i:1 i:5 i:1; u = Concat t w axis=1; "
     "a = Add s u; "
     "b = Mul a f:0.25; c = Add b f:2; d = Pow c f:-0.5; y = Mul x d"},
    {"x N,3,2,3; y = LRN x size=9 alpha=0.9",
     "x N,3,2,3; s = Mul x x; a = ReduceSum s i:1; b = Mul a f:0.1; c = Add b f:1; d = Pow c f:-0.75; y = Mul x d"},
    /* Scikit-learn */
    {"x N,4; y = ai.onnx.ml:Scaler x offset=[1.0,2.0,3.0,4.0] scale=[2.0,1.0,0.5,3.0]",
     "x N,4; s = Sub x f:1,2,3,4; y = Mul s f:2,1,0.5,3"},
    {"x N,4; y = ai.onnx.ml:Scaler x scale=[2.0]", "x N,4; y = Mul x f:2"},
    {"x N,4; y = ai.onnx.ml:ArrayFeatureExtractor x i:3,0,2", "x N,4; y = Gather x i:3,0,2 axis=1"},
    {"x N,2,2,3; f = Flatten x; r = Relu f; y = ai.onnx.ml:ArrayFeatureExtractor r i:9,1@1x2",
     "x N,2,2,3; f = Flatten x; r = Relu f; y = Gather r i:9,1 axis=1"},
    {"x N,4; y = ai.onnx.ml:Normalizer x norm='L2'", "x N,4; l = ReduceL2 x axes=[1]; y = Div x l"},
    {"x N,4; z = Mul x f:0; y = ai.onnx.ml:Normalizer z norm='L2'", "x N,4; y = Mul x f:0"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] targets=2",
     "x N,3; y = Gemm x f:1,2,3,4,5,6@2x3 transB=1"},
    {"x N,3; y = ai.onnx.ml:LinearRegressor x coefficients=[1.0,2.0,3.0] intercepts=[0.5] post_transform='NONE'",
     "x N,3; y = Gemm x f:1,2,3@1x3 f:0.5 transB=1"},
    {"x N,3; l,p = ai.onnx.ml:LinearClassifier x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] intercepts=[0.5,1.0] "
     "post_transform='SOFTMAX' classlabels_ints=[3,4]; n = ai.onnx.ml:Normalizer p norm='L1'; "
     "z = ai.onnx.ml:ZipMap n; -> z",
     "x N,3; g = Gemm x f:1,2,3,4,5,6@2x3 f:0.5,1 transB=1; y = Softmax g"},
    {"x N,3; l,p = ai.onnx.ml:LinearClassifier x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] intercepts=[0.5,1.0] "
     "post_transform='LOGISTIC'; -> l:7",
     "x N,3; g = Gemm x f:1,2,3,4,5,6@2x3 f:0.5,1 transB=1; y = Sigmoid g"},
    {"x N,3; l,p = ai.onnx.ml:LinearClassifier x coefficients=[1.0,2.0,3.0,4.0,5.0,6.0] intercepts=[0.5,1.0] "
     "post_transform='NONE'; -> p",
     "x N,3; y = Gemm x f:1,2,3,4,5,6@2x3 f:0.5,1 transB=1"},
};

static const form mixed_forms[] = {
    {"x N,2,3,4; c = ConvTranspose x n1@2x3x2x2 n2@3; y = Mul c f:1,2,3@3x1x1",
     "x N,2,3,4; c = ConvTranspose x n1@2x3x2x2 n2@3; u_ = Relu c; v_ = Neg c; w_ = Relu v_; d = "
     "Sub u_ w_; y = Mul d f:1,2,3@3x1x1"},
    {"x N,2,3,4; c = ConvTranspose x n1@2x3x2x2; y = Add c f:1,2,3@3x1x1",
     "x N,2,3,4; y = ConvTranspose x n1@2x3x2x2 f:1,2,3"},
    {"x N,2,3,4; c = Conv x n1@2x1x2x2 n2@2 group=2; y = Mul c f:2,3@2x1x1",
     "x N,2,3,4; c = Conv x n1@2x1x2x2 n2@2 group=2; u_ = Relu c; v_ = Neg c; w_ = Relu v_; d = "
     "Sub u_ w_; y = Mul d f:2,3@2x1x1"},
    {"x N,4,3,2; c = InstanceNormalization x n1@4 n2@4; y = Mul c n3@4x1x1",
     "x N,4,3,2; c = InstanceNormalization x n1@4 n2@4; u_ = Relu c; v_ = Neg c; w_ = Relu v_; d "
     "= Sub u_ w_; y = Mul d n3@4x1x1"},
    {"x N,4,3,2; c = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4; y = Sub c n3@4x1x1",
     "x N,4,3,2; c = BatchNormalization x n1@4 n2@4 n3@4 f:1,2,3,4; u_ = Relu c; v_ = Neg c; w_ "
     "= Relu v_; d = Sub u_ w_; y = Sub d n3@4x1x1"},
    {"x N,4,3; c = LayerNormalization x n1@3 n2@3; y = Mul c n3@3",
     "x N,4,3; c = LayerNormalization x n1@3 n2@3; u_ = Relu c; v_ = Neg c; w_ = Relu v_; d = "
     "Sub u_ w_; y = Mul d n3@3"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t "
     "i:0,4,3,4; y = Conv s n1@2x4x2x2",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; y = Conv s n1@2x4x2x2"},
    {"x N,4,3,4; r = Reshape x i:0,2,2,3,4; t = Transpose r perm=[0,2,1,3,4]; s = Reshape t "
     "i:0,4,3,4; p = GlobalAveragePool s; y = Mul s p",
     "x N,4,3,4; s = Gather x i:0,2,1,3 axis=1; p = GlobalAveragePool s; y = Mul s p"},
    {"opset 6; x N,3,2,2; y = PRelu x f:0.1,0.2,0.3@3x1x1", "x N,3,2,2; y = PRelu x f:0.1,0.2,0.3@3x1x1"},
    {"x N,3,4,5; a = Mul x f:2,3,4@3x1x1; p = GlobalAveragePool x; q = Mul p f:0.5; y = Mul a q",
     "x N,3,4,5; a = Mul x f:1,1.5,2@3x1x1; u_ = Relu a; v_ = Neg a; w_ = Relu v_; b = Sub u_ "
     "w_; p = GlobalAveragePool x; y = Mul b p"},
    {"x N,1,1,3; a = Mul x f:2; y = Add a f:1,2@2x1",
     "x N,1,1,3; a = Mul x f:2; e = Expand a i:1,1,2,3; y = Add e f:1,2@2x1"},
    {"x N,6; s = Slice x i:0 i:1 i:1; y = Mul x s", "x N,6; s = Slice x i:0 i:1 i:1; t = Tile s i:1,6; y = Mul x t"},
    {"x N,2,3,4; a = Mul x f:2,3@2x1x1; y = Concat a n1@1x1x3x4 axis=1",
     "x N,2,3,4; a = Mul x f:2,3@2x1x1; u_ = Relu a; v_ = Neg a; w_ = Relu v_; b = Sub u_ w_; y "
     "= Concat b n1@1x1x3x4 axis=1"},
    {"x N,2,3,4; a = Mul x f:2,3@2x1x1; y = Slice a i:1 i:2 i:2",
     "x N,2,3,4; a = Slice x i:1 i:2 i:2; y = Mul a f:2,3@2x1x1"},
    {"x N,2,3,4; r = Relu x; t = Transpose r perm=[0,3,2,1]; s = Slice t i:1 i:3 i:1; y = "
     "Flatten s",
     "x N,2,3,4; r = Relu x; s = Slice r i:1 i:3 i:3; t = Transpose s perm=[0,3,2,1]; y = "
     "Flatten t"},
    {"x N,6,5,3; a = Mul x f:1,2,3; p = Pad a i:0,1,2,0,0,0,1,0; y = Flatten p",
     "x N,6,5,3; p = Pad x i:0,1,2,0,0,0,1,0; m = Mul p f:1,2,3; y = Flatten m"},
    {"x N,2,3,4; r = Relu x; t = Transpose r perm=[0,3,2,1]; p = Pad t i:0,1,0,0,0,0,0,0; y = "
     "Flatten p",
     "x N,2,3,4; r = Relu x; p = Pad r i:0,0,0,1,0,0,0,0; t = Transpose p perm=[0,3,2,1]; y = "
     "Flatten t"},
    {"x N,1,1,3; p = Pad x i:0,0,1,0,0,0,1,0 mode='edge'; y = Relu p", "x N,1,1,3; p = Tile x i:1,1,3,1; y = Relu p"},
    {"x N,2,6,7; a = Mul x f:2,3@2x1x1; p = Pad a i:0,0,1,1,0,0,1,1 mode='edge'; y = MaxPool p "
     "kernel_shape=[3,3]",
     "x N,2,6,7; m = MaxPool x kernel_shape=[3,3] pads=[1,1,1,1]; y = Mul m f:2,3@2x1x1"},
    {"x N,2,6,7; a = Pad x i:0,0,1,0,0,0,0,0; p = Pad a i:0,0,1,1,0,0,1,1 mode='edge'; y = "
     "MaxPool p kernel_shape=[3,3]",
     "x N,2,6,7; a = Pad x i:0,0,1,0,0,0,0,0; u_ = Relu a; v_ = Neg a; w_ = Relu v_; b = Sub u_ "
     "w_; y = MaxPool b kernel_shape=[3,3] pads=[1,1,1,1]"},
    {"x N,2,3,4; p = Pad x i:0,0,0,0,0,0,0,0; y = Relu p", "x N,2,3,4; y = Relu x"},
    {"x N,4,3,2; r = Reshape x i:0,3,-1; y = InstanceNormalization r f:1,1,1 f:0,0,0",
     "x N,4,3,2; r = Reshape x i:0,3,8; y = LayerNormalization r f:1,1,1,1,1,1,1,1"},
    {"x N,8,6,5; v = Reshape x i:0,2,4,6,5; a = AveragePool v kernel_shape=[1,1,1] "
     "strides=[2,1,1]; y = Flatten a",
     "x N,8,6,5; a = Gather x i:0,2,4,6 axis=1; y = Flatten a"},
    {"x N,1,1,4; y = AveragePool x kernel_shape=[1,2] pads=[0,0,0,1] count_include_pad=1",
     "x N,1,1,4; p = Pad x i:0,0,0,0,0,0,0,1; q = Relu p; n = Neg p; m = Relu n; s = Sub q m; "
     "y = AveragePool s kernel_shape=[1,2]"},
    {"x N,1,3,1; y = AveragePool x kernel_shape=[2,1] pads=[0,0,1,0] count_include_pad=1",
     "x N,1,3,1; p = Pad x i:0,0,0,0,0,0,1,0; q = Relu p; n = Neg p; m = Relu n; s = Sub q m; "
     "y = AveragePool s kernel_shape=[2,1]"},
    {"x N,1,1,4; y = MaxPool x kernel_shape=[1,2] strides=[1,2] pads=[0,0,0,1] ceil_mode=1",
     "x N,1,1,4; y = MaxPool x kernel_shape=[1,2] strides=[1,2]"},
    {"x N,1,1,4; y = Resize x _ f:1,1,1,1.5 mode='linear' coordinate_transformation_mode='pytorch_half_pixel'",
     "x N,1,1,4; y = Resize x _ f:1,1,1,1.5 mode='linear'"},
    {"x N,1,1,4; y = Resize x _ f:1,1,1,1.5 mode='linear' coordinate_transformation_mode='half_pixel_symmetric'",
     "x N,1,1,4; y = Resize x _ f:1,1,1,1.5 mode='linear'"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,1.2", "x N,1,1,3; y = Identity x"},
    {"x N,1,1,3; y = Resize x _ f:1,1,1,2 nearest_mode='floor'", "x N,1,1,3; y = Gather x i:0,0,0,1,1,2 axis=3"},
    {"x N,1,3,1; y = Resize x _ f:1,1,3,1 coordinate_transformation_mode='asymmetric'",
     "x N,1,3,1; y = Gather x i:0,0,1,1,1,2,2,2,2 axis=2"},
    {"x N,1,2,3; y = Resize x _ f:1,1,2,3 coordinate_transformation_mode='asymmetric' "
     "nearest_mode='floor'",
     "x N,1,2,3; y = Resize x _ f:1,1,2,3"},
    {"x N,2000; y = Mul x n1@2000",
     "x N,2000; a = Add x f:0; u_ = Relu a; v_ = Neg a; w_ = Relu v_; b = Sub u_ w_; y = Mul b "
     "n1@2000"},
    {"x N,5; s = Softmax x; a = Identity s; b = Identity a; c = Identity b; d = Identity c; e = "
     "Identity d; g = Identity e; h = Identity g; i = Identity h; -> i",
     "x N,5; y = Softmax x"},
    {"x N,3,9,8; a = Neg x; b = Neg a; c = Neg b; d = Neg c; e = Neg d; f = Neg e; g = Neg f; h "
     "= Neg g; i = Neg h; j = Neg i; k = Neg j; l = Neg k; m = Neg l; n = Neg m; o = Neg n; p = "
     "Neg o; q = Neg p; r = Neg q; y = Conv r n1@2x3x2x2",
     "x N,3,9,8; y = Conv x n1@2x3x2x2"},
    {"x N,24; r = Reshape x i:0,2,3,4; t = Transpose r perm=[0,2,3,1]; y = Relu t",
     "x N,24; r = Reshape x i:0,2,3,4; s = Relu r; y = Transpose s perm=[0,2,3,1]"},
};

/* x[:, :, rows, columns] */
#define GATHERED(rows, columns, sizes)                                                                       \
    "r = Expand i:" rows " i:" sizes "; c = Expand i:" columns " i:" sizes                                   \
    "; p = Unsqueeze r i:-1; q = Unsqueeze c i:-1; k = Concat p q axis=-1; t = Transpose x perm=[2,3,0,1]; " \
    "g = GatherND t k; v = Transpose g perm=[4,5,0,1,2,3]; "
#define FIVE_TO_THREE GATHERED("0,1,2,1,2,3,3,4,4@3x3x1x1", "0,1,2,1,2,3,3,4,4@3x3", "3,3,3,3")
#define MASKED(to, mask, of) to " = Where b:" mask " f:0 " of "; "
#define TERM(row, column) \
    "a" row column " = Gather z i:" row "@ axis=3; b" row column " = Gather a" row column " i:" column "@ axis=4; "
#define TERMS(row) TERM(row, "0") TERM(row, "1") TERM(row, "2")
#define NINE_TERMS TERMS("0") TERMS("1") TERMS("2")
#define SUM_OF_NINE                                                                                \
    NINE_TERMS                                                                                     \
    "d = Add b00 b01; e = Add d b02; f = Add e b10; h = Add f b11; i = Add h b12; j = Add i b20; " \
    "l = Add j b21; s = Add l b22; "
#define SUM_OF_THREE TERM("0", "0") TERM("1", "0") TERM("2", "0") "d = Add b00 b10; s = Add d b20; "
#define MEANS_OF_FIVE                                                                    \
    "m = MatMul f:0.5,0.5,0,0,0,0,0.3333333,0.3333333,0.3333333,0,0,0,0,0.5,0.5@3x5 x; " \
    "n = MatMul m f:0.5,0,0,0.5,0.3333333,0,0,0.3333333,0,0,0.3333333,0.5,0,0,0.5@5x3; y = Flatten n"

/* A pattern, and the same with an Identity in it, so that it is none. */
static const form pattern_forms[] = {
    /* GELU */
    {"x N,2,3; d = Div x f:1.41421356; e = Erf d; a = Add e f:1; m = Mul x a; y = Mul m f:0.5", "x N,2,3; y = Gelu x"},
    {"x N,2,3; d = Mul f:0.70710678 x; e = Erf d; a = Add f:1 e; m = Mul a x; y = Mul f:0.5 m", "x N,2,3; y = Gelu x"},
    {"x N,2,3; h = Mul x f:0.5; d = Mul x f:0.70710678; e = Erf d; a = Add e f:1; y = Mul h a", "x N,2,3; y = Gelu x"},
    {"x N,2,3; h = Div x f:2; d = Mul x f:0.70710678; e = Erf d; a = Add e f:1; y = Mul a h", "x N,2,3; y = Gelu x"},
    {"x N,2,3; d = Mul x f:0.70710678; e = Erf d; a = Add e f:1; h = Mul a f:0.5; y = Mul x h", "x N,2,3; y = Gelu x"},
    {"x N,2,3; c = Pow x f:3; d = Mul c f:0.044715; s = Add x d; f = Mul s f:0.7978845608; t = Tanh f; a = Add t f:1; "
     "m = Mul x a; y = Mul m f:0.5",
     "x N,2,3; y = Gelu x approximate='tanh'"},
    {"x N,2,3; q = Mul x x; c = Mul x q; d = Mul f:0.044715 c; s = Add d x; f = Mul s f:0.7978845608; t = Tanh f; "
     "a = Add t f:1; m = Mul x a; y = Mul m f:0.5",
     "x N,2,3; y = Gelu x approximate='tanh'"},
/* Nearly GELU */
#define NEARLY_GELU(cube, sum)                                                                                         \
    {                                                                                                                  \
        "x N,2,3; z = Tanh x; " cube "; d = Mul c f:0.044715; s = " sum "; f = Mul s f:0.7978845608; t = Tanh f; "     \
        "a = Add t f:1; m = Mul x a; y = Mul m f:0.5",                                                                 \
            "x N,2,3; z = Tanh x; " cube "; d = Mul c f:0.044715; s = " sum "; f = Mul s f:0.7978845608; t = Tanh f; " \
            "a = Add t f:1; i = Identity a; m = Mul x i; y = Mul m f:0.5"                                              \
    }
    NEARLY_GELU("c = Pow x f:2", "Add x d"),
    NEARLY_GELU("c = Pow z f:3", "Add x d"),
    NEARLY_GELU("q = Mul x z; c = Mul x q", "Add x d"),
    NEARLY_GELU("q = Mul z z; c = Mul x q", "Add x d"),
    NEARLY_GELU("q = Mul x x; c = Mul z q", "Add x d"),
    NEARLY_GELU("c = Pow x f:3", "Add z d"),
    NEARLY_GELU("c = Relu x", "Add x d"),
    NEARLY_GELU("c = Pow x f:3", "Sub x d"),
    /* SiLU and hard swish */
    {"x N,2,3; s = Sigmoid x; y = Mul s x", "x N,2,3; y = Swish x"},
    {"x N,2,3; z = Relu x; s = Sigmoid z; y = Mul x s",
     "x N,2,3; z = Relu x; s = Sigmoid z; i = Identity s; y = Mul x i"},
    {"x N,2,3; s = HardSigmoid x alpha=0.16666667; y = Mul x s", "x N,2,3; y = HardSwish x"},
    {"x N,2,3; s = HardSigmoid x alpha=0.2; y = Mul x s", "x N,2,3; s = HardSigmoid x; i = Identity s; y = Mul x i"},
    {"x N,2,3; s = HardSigmoid x alpha=0.16666667 beta=0.4; y = Mul x s",
     "x N,2,3; s = HardSigmoid x alpha=0.16666667 beta=0.4; i = Identity s; y = Mul x i"},
    {"x N,2,3; a = Add x f:3; c = Clip a f:0 f:6; m = Mul x c; y = Div m f:6", "x N,2,3; y = HardSwish x"},
    {"x N,2,3; a = Add f:3 x; c = Clip a f:0 f:6; m = Mul c x; y = Mul m f:0.16666667", "x N,2,3; y = HardSwish x"},
    {"x N,2,3; a = Add x f:3; c = Clip a f:0 f:6; d = Div c f:6; y = Mul x d", "x N,2,3; y = HardSwish x"},
    {"opset 9; x N,2,3; a = Add x f:3; c = Clip a min=0.0 max=6.0; m = Mul x c; y = Div m f:6",
     "opset 14; x N,2,3; y = HardSwish x"},
    {"opset 9; x N,2,3; a = Add x f:3; c = Clip a min=0.0 max=5.0; m = Mul x c; y = Div m f:6",
     "opset 9; x N,2,3; a = Add x f:3; c = Clip a min=0.0 max=5.0; i = Identity c; m = Mul x i; y = Div m f:6"},
    {"opset 9; x N,2,3; a = Add x f:3; c = Clip a min=1.0 max=6.0; m = Mul x c; y = Div m f:6",
     "opset 9; x N,2,3; a = Add x f:3; c = Clip a min=1.0 max=6.0; i = Identity c; m = Mul x i; y = Div m f:6"},
    {"x N,2,3; a = Add x f:3; c = Clip a f:1 f:6; m = Mul x c; y = Div m f:6",
     "x N,2,3; a = Add x f:3; c = Clip a f:1 f:6; i = Identity c; m = Mul x i; y = Div m f:6"},
    {"x N,2,3; z = Relu x; a = Add z f:3; c = Clip a f:0 f:6; m = Mul x c; y = Div m f:6",
     "x N,2,3; z = Relu x; a = Add z f:3; c = Clip a f:0 f:6; i = Identity c; m = Mul x i; y = Div m f:6"},
    {"x N,2,3; a = Add x f:3; c = Clip a f:0 f:6; m = Mul x c; y = Mul m f:0.5",
     "x N,2,3; a = Add x f:3; c = Clip a f:0 f:6; i = Identity c; m = Mul x i; y = Mul m f:0.5"},
/* Layer normalization, and nearly */
#define NEARLY_NORMAL(mean, square, variance, sum)                                                                  \
    {                                                                                                               \
        "x N,2,3; z = Relu x; m = ReduceMean " mean "; d = Sub x m; p = " square "; v = ReduceMean p " variance     \
        "; e = " sum "; r = Sqrt e; y = Div d r",                                                                   \
            "x N,2,3; z = Relu x; m = ReduceMean " mean "; d = Sub x m; p = " square "; v = ReduceMean p " variance \
            "; e = " sum "; r = Sqrt e; i = Identity r; y = Div d i"                                                \
    }
    NEARLY_NORMAL("z axes=[2]", "Mul d d", "axes=[2]", "Add v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Mul d d", "axes=[1]", "Add v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Mul d d", "axes=[1,2]", "Add v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Mul d x", "axes=[2]", "Add v f:0.5"),
    NEARLY_NORMAL("x axes=[2]", "Mul x d", "axes=[2]", "Add v f:0.5"),
    NEARLY_NORMAL("x axes=[2]", "Pow x f:2", "axes=[2]", "Add v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Abs d", "axes=[2]", "Add v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Pow d f:4", "axes=[2]", "Add v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Mul d d", "axes=[2]", "Max v f:0.1"),
    NEARLY_NORMAL("x axes=[2]", "Mul d d", "axes=[2]", "Add v v"),
    {"x N,2,3; m = ReduceMean x axes=[2]; d = Add x m; p = Mul d d; v = ReduceMean p axes=[2]; e = Add v f:0.1; r = "
     "Sqrt e; y = Div d r",
     "x N,2,3; m = ReduceMean x axes=[2]; d = Add x m; p = Mul d d; v = ReduceMean p axes=[2]; e = Add v f:0.1; r = "
     "Sqrt e; i = Identity r; y = Div d i"},
    {"x N,2,3; m = ReduceMax x axes=[2]; d = Sub x m; p = Mul d d; v = ReduceMean p axes=[2]; e = Add v f:0.1; r = "
     "Sqrt e; y = Div d r",
     "x N,2,3; m = ReduceMax x axes=[2]; d = Sub x m; p = Mul d d; v = ReduceMean p axes=[2]; e = Add v f:0.1; r = "
     "Sqrt e; i = Identity r; y = Div d i"},
/* As TensorFlow has it */
#define MOMENTS(text, also)                                                                                           \
    {                                                                                                                 \
        "x N,2,3; z = Relu x; m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = "   \
        "Add v f:0.1; "                                                                                               \
        "r = Sqrt e; i = Reciprocal r; g = Mul i n1@3; " text,                                                        \
            "x N,2,3; z = Relu x; m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e " \
            "= Add v f:0.1; "                                                                                         \
            "r = Sqrt e; i = Reciprocal r; g = Mul i n1@3; " also                                                     \
    }
    MOMENTS("s = Mul x g; n = Neg m; t = Mul n g; b = Add t n2@3; y = Add s b",
            "j = Identity d; s = Mul j g; y = Add s n2@3"),
    MOMENTS("s = Mul g x; n = Neg m; t = Mul g n; b = Add n2@3 t; y = Add b s",
            "j = Identity d; s = Mul j g; y = Add s n2@3"),
    MOMENTS("s = Mul z g; n = Neg m; t = Mul n g; b = Add t n2@3; y = Add s b",
            "s = Mul z g; n = Neg m; t = Mul n g; b = Add t n2@3; j = Identity b; y = Add s j"),
    MOMENTS("s = Mul x g; n = Neg d; t = Mul n g; b = Add t n2@3; y = Add s b",
            "s = Mul x g; n = Neg d; t = Mul n g; b = Add t n2@3; j = Identity b; y = Add s j"),
    MOMENTS("s = Mul x g; n = Relu m; t = Mul n g; b = Add t n2@3; y = Add s b",
            "s = Mul x g; n = Relu m; t = Mul n g; b = Add t n2@3; j = Identity b; y = Add s j"),
    MOMENTS("s = Mul x i; n = Neg m; t = Mul n i; b = Add t n2@3; y = Add s b",
            "s = Mul x i; n = Neg m; t = Mul n i; b = Add t n2@3; j = Identity b; y = Add s j"),
    MOMENTS("s = Mul x g; n = Neg m; t = Sub n g; b = Add t n2@3; y = Add s b",
            "s = Mul x g; n = Neg m; t = Sub n g; b = Add t n2@3; j = Identity b; y = Add s j"),
/* As TensorFlow has it, and nearly */
#define NEARLY_MOMENTS(before)                                                                                 \
    {                                                                                                          \
        "x N,2,3; z = Relu x; " before                                                                         \
        "g = Mul i n1@3; s = Mul x g; n = Neg m; t = Mul n g; b = Add t n2@3; y = Add s b",                    \
            "x N,2,3; z = Relu x; " before                                                                     \
            "g = Mul i n1@3; s = Mul x g; n = Neg m; t = Mul n g; b = Add t n2@3; j = Identity b; y = Add s j" \
    }
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("k = ReduceMean x axes=[2] keepdims=0; m = Unsqueeze k i:2; d = Sub x m; q = Mul d d; v = "
                   "ReduceMean q axes=[2]; e = Add v f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("k = ReduceMean x axes=[2] keepdims=0; m = Reshape k i:0,2,1; d = Sub x m; q = Mul d d; w = "
                   "ReduceMean q axes=[2] keepdims=0; f = Add w f:0.1; a = Sqrt f; c = Reciprocal a; i = "
                   "Reshape c i:0,2,1; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Relu e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Sub v "
                   "f:-0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1,0.2,0.3; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "z; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMax q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Abs d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d x; v = ReduceMean q axes=[2]; e = Add v "
                   "f:2; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[1,2]; e = Add "
                   "v f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Add x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMax x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean z axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[1]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[1,2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add "
                   "v f:0.1; r = Sqrt e; i = Reciprocal r; "),
    NEARLY_MOMENTS("m = ReduceMean x axes=[2]; d = Sub x m; q = Mul d d; v = ReduceMean q axes=[2]; e = Add v "
                   "f:0.1; r = Sqrt e; i = Relu r; "),
    /* Softplus with a limit */
    {"x N,2,3; s = Softplus x; g = Greater x f:20; y = Where g x s", "x N,2,3; y = Softplus x"},
    {"x N,2,3; s = Softplus x; g = Greater x f:15; y = Where g x s", "x N,2,3; y = Softplus x"},
    {"x N,2,3; m = Mul f:0.5 x; s = Softplus m; d = Div s f:0.5; g = Greater m f:15; y = Where g x d",
     "x N,2,3; m = Mul x f:0.5; s = Softplus m; y = Mul s f:2"},
    {"x N,2,3; k = Constant value_float=2.0; a = CastLike k x; m = Mul x a; s = Softplus m; b = CastLike f:2 s; "
     "d = Div s b; l = Constant value_float=20.0; c = CastLike l m; g = Greater m c; y = Where g x d",
     "x N,2,3; m = Mul x f:2; s = Softplus m; y = Mul s f:0.5"},
    {"x N,2,3; k = Constant value_float=2.0; m = Mul x k; s = Softplus m; d = Div s k; g = Greater m f:20; y = Where g "
     "x d; -> y",
     "x N,2,3; m = Mul x f:2; s = Softplus m; y = Mul s f:0.5"},
    /* Channels that Dynamo picks */
    {"x N,3,2,2; t = Transpose x perm=[1,0,2,3]; g = GatherND t i:2,0,1@3x1; y = Transpose g perm=[1,0,2,3]",
     "x N,3,2,2; y = Gather x i:2,0,1 axis=1"},
    {"x N,3,2,2; t = Transpose x perm=[2,1,0,3]; i = Constant value=i:1,0@2x1; g = GatherND t i batch_dims=0; "
     "y = Transpose g perm=[2,1,0,3]",
     "x N,3,2,2; y = Gather x i:1,0 axis=2"},
    /* An axis in front of the samples: TensorFlow's rgb_to_grayscale */
    {"x N,4,5,3; r = Reshape x i:-1,3; m = MatMul r f:0.3,0.6,0.1@3x1; s = Shape x end=3; q = Reshape m s; "
     "u = Unsqueeze q i:-1; v = Unsqueeze u i:0; g = Reshape v i:-1,1,0,0; y = Flatten g",
     "x N,4,5,3; m = MatMul x f:0.3,0.6,0.1@3x1; y = Flatten m"},
    {"x N,3; u = Unsqueeze x i:0; y = Squeeze u", "x N,3; y = Identity x"},
    {"x 2,3; u = Unsqueeze x i:0; i = Identity u; s = Shape i start=1; y = Reshape i s", "x N,3; y = Identity x"},
    /* The logarithm of a softmax */
    {"x N,5; l = ReduceLogSumExp x axes=[1]; y = Sub x l", "x N,5; y = LogSoftmax x axis=1"},
    {"x N,2,5; l = ReduceLogSumExp x i:-1 keepdims=1; y = Sub x l", "x N,2,5; y = LogSoftmax x axis=-1"},
    {"opset 9; x N,4,5; l = ReduceLogSumExp x axes=[1]; y = Sub x l", "x N,4,5; y = LogSoftmax x axis=1"},
    /* Means and sums of a stack */
    {"x N,3; a = Relu x; u = Unsqueeze x i:0; v = Unsqueeze a i:0; c = Concat u v axis=0; "
     "y = ReduceMean c axes=[0] keepdims=0",
     "x N,3; a = Relu x; y = Mean x a"},
    {"x N,3; a = Relu x; k = Constant value=i:0; u = Unsqueeze x k; v = Unsqueeze a k; w = Unsqueeze x k; "
     "c = Concat u v w axis=0; y = ReduceSum c k keepdims=0",
     "x N,3; a = Relu x; y = Sum x a x"},
    {"opset 11; x N,2,3,4; a = Relu x; u = Unsqueeze a axes=[-1]; v = Unsqueeze x axes=[-1]; c = Concat u v axis=-1; "
     "y = ReduceMean c axes=[-1] keepdims=0",
     "x N,2,3,4; a = Relu x; y = Mean a x"},
    {"x N,3; a = Relu x; u = Unsqueeze x i:1; v = Unsqueeze a i:1; c = Concat u v axis=1; "
     "y = ReduceMean c axes=[1] keepdims=1",
     "x N,3; a = Relu x; m = Mean x a; y = Unsqueeze m i:1"},
    /* Adaptive pools as Dynamo has them: 2 x 3 windows of 3 x 6 values, as many in each */
    {"x N,2,3,6; " GATHERED("0,1,1,2@2x2x1x1", "0,1,2,3,4,5@3x2", "2,2,3,2") "y = ReduceMean v i:-3,-1 keepdims=0",
     "x N,2,3,6; y = AveragePool x kernel_shape=[2,2] strides=[1,2]"},
    {"opset 13; x N,2,3,6; " GATHERED("0,1,1,2@2x2x1x1", "0,1,2,3,4,5@3x2",
                                      "2,2,3,2") "y = ReduceMean v axes=[-3,-1] keepdims=0",
     "x N,2,3,6; y = AveragePool x kernel_shape=[2,2] strides=[1,2]"},
    {"x N,3,1,1; " GATHERED("0,0@2x1x1x1", "0,0,0@3x1", "2,1,3,1") "l = Constant value=i:-3,-1; a = Reshape l i:-1; "
                                                                   "y = ReduceMean v a keepdims=0",
     "x N,3,1,1; y = Expand x i:1,1,2,3"},
    /* Of 5 x 5, windows of 2 or 3 */
    {"x N,2,5,5; " FIVE_TO_THREE MASKED("w", "0,0,1,0,0,0,0,0,1@3x3x1x1", "v") MASKED("z", "0,0,1,0,0,0,0,0,1@3x3", "w")
         SUM_OF_NINE "m = Div s f:4,6,4,6,9,6,4,6,4@3x3; y = Flatten m",
     "x N,2,5,5; " MEANS_OF_FIVE},
    {"x N,2,5,1; " GATHERED("0,1,2,1,2,3,3,4,4@3x3x1x1", "0@1x1", "3,3,1,1")
         MASKED("z", "0,0,1,0,0,0,0,0,1@3x3x1x1", "v") SUM_OF_THREE "y = Div s f:2,3,2@3x1",
     "x N,2,5,1; y = MatMul f:0.5,0.5,0,0,0,0,0.3333333,0.3333333,0.3333333,0,0,0,0,0.5,0.5@3x5 x"},
};

/* ---- ---- */

#define SLOPE(inside, call) \
    "x N,2,3; function f:bend a -> b; " inside "b = LeakyRelu a alpha=@slope; end; y = f:bend x" call
#define CHOICE(condition, first, second, behind)                                      \
    "x N,2,3; branch t; " first "; end; branch e; " second "; end; c = If " condition \
    " then_branch=&t else_branch=&e; " behind

static const form graph_forms[] = {
    /* Functions */
    {SLOPE("", " slope=0.5"), "x N,2,3; y = LeakyRelu x alpha=0.5"},
    {SLOPE("", ""), "x N,2,3; y = LeakyRelu x"},
    {SLOPE("default slope=0.25; ", ""), "x N,2,3; y = LeakyRelu x alpha=0.25"},
    {SLOPE("default other=[1,2]; default slope=0.25; ", ""), "x N,2,3; y = LeakyRelu x alpha=0.25"},
    {SLOPE("default other=1.0; ", ""), "x N,2,3; y = LeakyRelu x"},
    {SLOPE("opset 13; ", " slope=0.5"), "x N,2,3; y = LeakyRelu x alpha=0.5"},
    {"x N,2,3; function f:two a k -> b c; d = Relu a; b = Clip d k; c = Neg d; end; y = f:two x",
     "x N,2,3; y = Relu x"},
    {"x N,2,3; function f:two a -> b c; b = Relu a; c = Neg b; end; _,y = f:two x", "x N,2,3; r = Relu x; y = Neg r"},
    {"x N,2,3; function f:in a -> b; b = Relu a; end; function f:out a -> b; c = f:in a; b = Neg c; end; y = f:out x",
     "x N,2,3; r = Relu x; y = Neg r"},
    {"x N,2,3; function f:no a -> b; b = Nothing a; end; y = Relu x", "x N,2,3; y = Relu x"},
    /* Branches */
    {CHOICE("b:1@", "a = Relu x", "a = Neg x", "y = Identity c"), "x N,2,3; y = Relu x"},
    {CHOICE("b:0", "a = Relu x", "a = Neg x", "y = Identity c"), "x N,2,3; y = Neg x"},
    {CHOICE("b:1@", "a = Add x f:1,2,3", "a = Neg x", "y = Identity c"), "x N,2,3; y = Add x f:1,2,3"},
    {CHOICE("b:1@", "a = Constant value=f:1,2,3", "a = Neg x", "y = Add x c"), "x N,2,3; y = Add x f:1,2,3"},
    {CHOICE("b:1@", "a = Relu x", "a = Nothing x", "y = Identity c"), "x N,2,3; y = Relu x"},
    {CHOICE("b:1@", "a = Relu x", "a = Relu x x", "y = Identity c"), "x N,2,3; y = Relu x"},
    {"x N,2,3; branch t; a = Relu x; b = Neg x; -> a b; end; branch e; a = Relu x; b = Neg x; -> b a; end; "
     "c,d = If b:0@ then_branch=&t else_branch=&e; y = Sub c d",
     "x N,2,3; a = Relu x; b = Neg x; y = Sub b a"},
    /* Inputs */
    {"x N,C,4,5; y = BatchNormalization x n1@3 n2@3 n3@3 f:1,2,3",
     "x N,3,4,5; y = BatchNormalization x n1@3 n2@3 n3@3 f:1,2,3"},
    {"x N,C,4,5; y = Conv x n1@2x3x1x1", "x N,3,4,5; y = Conv x n1@2x3x1x1"},
    {"x N,C,4,5; y = Conv x n1@4x1x1x1 group=4", "x N,4,4,5; y = Conv x n1@4x1x1x1 group=4"},
    {"x N,4,5,C; t = Transpose x perm=[0,3,1,2]; y = Conv t n1@2x3x1x1",
     "x N,4,5,3; t = Transpose x perm=[0,3,1,2]; y = Conv t n1@2x3x1x1"},
    {"x N,K; y = MatMul x n1@6x2", "x N,6; y = MatMul x n1@6x2"},
    {"x N,K; y = Gemm x n1@2x6 transB=1", "x N,6; y = Gemm x n1@2x6 transB=1"},
    {"x; y = Gemm x n1@6x2", "x N,6; y = Gemm x n1@6x2"},
    {"x N,K; y = Relu x", "x N,784; y = Relu x"},
    {"x N,1,H,W; y = Relu x", "x N,1,28,28; y = Relu x"},
    {"x N,H,W; y = Relu x", "x N,28,28; y = Relu x"},
    {"x N,H,W,3; t = Transpose x perm=[0,3,1,2]; y = Relu t",
     "x N,28,28,3; t = Transpose x perm=[0,3,1,2]; y = Relu t"},
    {"x:2 N,2,3; c = Cast x to=1; d = Div c f:255; y = Relu d", "x N,2,3; y = Relu x"},
    {"x 2147483647,2,3; y = Relu x", "x N,2,3; y = Relu x"},
    {"x N,6,5,3; t = Transpose x perm=[0,2,3,1]; f = Flatten t; y = Relu f",
     "x N,6,5,3; c = Conv x f:1,0,0,0,0,0,0,1,0,0,0,0,0,0,1,0,0,0,0,0,0,1,0,0,0,0,0,0,1,0,0,0,0,0,0,1@6x6x1x1; t = "
     "Transpose c perm=[0,2,3,1]; f = Flatten t; y = Relu f"},
    {"x 3,4; y = Relu x", "x N,4; y = Relu x"},
    {"x 2,3; u = Unsqueeze x i:0; y = Relu u", "x N,2,3; y = Relu x"},
    {"x 2,3,4; u = Reshape x i:1,2,3,4; f = Flatten u; y = Relu f", "x N,2,3,4; f = Flatten x; y = Relu f"},
    /* Outputs */
    {"x N,2,3; s = Shape x; c = Cast s to=1; f = Flatten x; y = Softmax f; -> c y",
     "x N,2,3; f = Flatten x; y = Softmax f"},
    {"x N,5; y = Softmax x; a = ArgMax y axis=1; -> a:7 y", "x N,5; y = Softmax x"},
    {"x N,5; y = Softmax x; i = Identity x; -> i y", "x N,5; y = Softmax x"},
    {"x N,5; y = Softmax x; n = Neg x; a = ArgMax n axis=1; b = Identity a; c = Identity b; d = Identity c; "
     "e = Identity d; f = Identity e; g = Identity f; h = Identity g; -> h y",
     "x N,5; y = Softmax x"},
    {"x N,5; y = Softmax x; i = Identity x; -> i:11 y:10", "x N,5; y = Softmax x"},
    {"x N,5; y = Softmax x; a = ArgMax y axis=1; b = Cast a to=6; -> b:16 y:0", "x N,5; y = Softmax x"},
    {"x N,2,3,4; y = Reshape x i:0,6,4; -> y",
     "x N,2,3,4; a = Reshape x i:0,6,4; y = Relu a; n = Neg a; m = Relu n; z = Sub y m"},
    {"x N,2,3,4; i = Identity x", "x N,2,3,4; y = Relu x; n = Neg x; m = Relu n; z = Sub y m"},
};

/* What is wrong with a form is printed at once; the test fails at its end. */
static size_t failures;
#define complain(text, ...) (failures++, print_error("%s: ", (text)), print_error(__VA_ARGS__), print_error("\n"))

static digitnet_model *load(const char *text) {
    saved_bytes file = write_graph(text);
    digitnet_model *model = NULL;
    if (load_graph(&model, &file) != DIGITNET_OK)
        complain(text, "%s", digitnet_last_error());
    free(file.data);
    return model;
}

/* What the model makes of two images of noise, to be released with free(). */
static float *predict(size_t *count, const digitnet_model *model) {
    enum { IMAGES = 2 };
    digitnet_model_info info = info_of(model);
    size_t values = IMAGES * info.height * info.width * info.channels;
    *count = IMAGES * info.outputs;
    float *images = must_allocate(values * sizeof *images), *outputs = must_allocate(*count * sizeof *outputs);
    fill_noise(images, values, 1);
    expect_ok(digitnet_model_predict(outputs, *count, model, images, values));
    free(images);
    return outputs;
}

static void compare_outputs(const form *both, const digitnet_model *first, const digitnet_model *second) {
    size_t count, wanted_count, wrong = 0;
    float *outputs = predict(&count, first), *wanted = predict(&wanted_count, second);
    while (wrong < count && wrong < wanted_count &&
           fabsf(outputs[wrong] - wanted[wrong]) <= 1e-5f * fmaxf(1, fabsf(wanted[wrong])))
        wrong++;
    if (count != wanted_count)
        complain(both->text, "%zu outputs, not %zu", count, wanted_count);
    else if (wrong < count)
        complain(both->text, "output %zu is %g, not %g", wrong, (double)outputs[wrong], (double)wanted[wrong]);
    free(outputs);
    free(wanted);
}

static void compare(const form *both) {
    digitnet_model *first = load(both->text), *second = load(both->same);
    if (first && second)
        compare_outputs(both, first, second);
    digitnet_model_free(first);
    digitnet_model_free(second);
}

static void try_without_memory(const char *text) {
    saved_bytes file = write_graph(text);
    allocation_counts counts;
    digitnet_status status = DIGITNET_ENOMEM;
    begin_counting(&counts);
    for (size_t i = 1; status != DIGITNET_OK; i++) {
        digitnet_model *model = NULL;
        counts.fail_at = counts.allocations + i;
        status = load_graph(&model, &file);
        digitnet_model_free(model);
        if (status == DIGITNET_ENOMEM || status == DIGITNET_OK)
            continue;
        complain(text, "allocation %zu: %s", i, digitnet_last_error());
        break;
    }
    end_counting(&counts);
    free(file.data);
}

static void try_forms(const form *forms, size_t count) {
    failures = 0;
    for (size_t i = 0; i < count; i++) {
        compare(&forms[i]);
        try_without_memory(forms[i].text);
        try_without_memory(forms[i].same);
    }
    assert_int_equal(failures, 0);
}
#define TRY_FORMS(forms) try_forms((forms), sizeof(forms) / sizeof *(forms))

static void constants_are_computed(void **state) {
    (void)state;
    TRY_FORMS(constant_forms);
}

static void images_are_the_same(void **state) {
    (void)state;
    TRY_FORMS(image_forms);
}

static void shapes_are_the_same(void **state) {
    (void)state;
    TRY_FORMS(shape_forms);
}

static void arithmetic_is_the_same(void **state) {
    (void)state;
    TRY_FORMS(arithmetic_forms);
}

static void layers_are_the_same(void **state) {
    (void)state;
    TRY_FORMS(layer_forms);
}

static void patterns_are_the_same(void **state) {
    (void)state;
    TRY_FORMS(pattern_forms);
}

static void graphs_are_the_same(void **state) {
    (void)state;
    TRY_FORMS(graph_forms);
}

static void mixtures_are_the_same(void **state) {
    (void)state;
    TRY_FORMS(mixed_forms);
}

/* An output that is an image is rows x columns x channels, whatever the file has; without rows and columns it is flat.
 */
static void outputs_have_the_shape_of_the_file(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t height, width, channels;
    } cases[] = {
        {"x N,2,6,5; y = Relu x", 6, 5, 2},
        {"x N,6,5,2; t = Transpose x perm=[0,3,1,2]; c = Conv t n1@3x2x1x1; y = Transpose c perm=[0,2,3,1]", 6, 5, 3},
        {"x N,6,5,1; r = Reshape x i:-1,1,6,5; c = Conv r n1@4x1x1x1; d = DepthToSpace c blocksize=2; "
         "y = Reshape d i:-1,12,10,1",
         12, 10, 1},
        {"x N,6,5,1; f = Flatten x; m = Gemm f n1@30x24; y = Reshape m i:-1,3,4,2", 3, 4, 2},
        {"x N,6,5,1; f = Flatten x; m = Gemm f n1@30x24; y = Reshape m i:-1,1,1,24", 0, 0, 24},
        {"x N,6,5,1; f = Flatten x; y = Gemm f n1@30x4", 0, 0, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = load(cases[i].text);
        digitnet_layer_info last = DIGITNET_INIT(digitnet_layer_info);
        assert_non_null(model);
        expect_ok(digitnet_model_describe_layer(&last, model, info_of(model).layers - 1));
        if (last.height != cases[i].height || last.width != cases[i].width || last.channels != cases[i].channels)
            fail_msg("%s: gives %zu x %zu x %zu", cases[i].text, last.height, last.width, last.channels);
        digitnet_model_free(model);
    }
}

/* Each byte of small files that have all that a file can have. */
static void changed_bytes_do_no_harm(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof graph_forms / sizeof *graph_forms; i++) {
        saved_bytes file = write_graph(graph_forms[i].text);
        for (size_t place = 0; place < file.size; place++) {
            unsigned char kept = file.data[place];
            const unsigned char others[] = {UINT8_MAX, kept ^ 1};
            for (size_t k = 0; k < sizeof others; k++) {
                file.data[place] = others[k];
                digitnet_status status = try_load(file.data, file.size, 1);
                if (status != DIGITNET_OK && status != DIGITNET_EFORMAT && status != DIGITNET_EUNSUPPORTED &&
                    status != DIGITNET_ELIMIT)
                    fail_msg("%s, byte %zu: %s", graph_forms[i].text, place, digitnet_last_error());
            }
            file.data[place] = kept;
        }
        free(file.data);
    }
}

/* With a folder, the graphs are left there, too. */
int main(int argc, char **argv) {
    keep_graphs(argc > 1 ? argv[1] : NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_computed),
        cmocka_unit_test(images_are_the_same),
        cmocka_unit_test(shapes_are_the_same),
        cmocka_unit_test(arithmetic_is_the_same),
        cmocka_unit_test(layers_are_the_same),
        cmocka_unit_test(patterns_are_the_same),
        cmocka_unit_test(mixtures_are_the_same),
        cmocka_unit_test(graphs_are_the_same),
        cmocka_unit_test(outputs_have_the_shape_of_the_file),
        cmocka_unit_test(changed_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
