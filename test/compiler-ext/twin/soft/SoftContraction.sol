// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Fields, SoftMachine, SoftTensor} from "./SoftMachine.sol";

/// @notice How a window moves over rows and columns.
struct Placement {
    int256 zeroPoint;
    uint256 padTop;
    uint256 padLeft;
    uint256 padBottom;
    uint256 padRight;
    uint256 strideH;
    uint256 strideW;
    uint256 dilationH;
    uint256 dilationW;
    uint256 groups;
}

/// @notice The operands of a convolution and the element of the output that is computed.
struct Convolution {
    Placement placement;
    SoftTensor x;
    SoftTensor weights;
    SoftTensor bias;
    uint256[] position;
}

/// @notice The operands of a matrix product.
struct Product {
    SoftTensor a;
    SoftTensor b;
    SoftTensor bias;
    int256 zeroPointA;
    int256 zeroPointB;
}

/// @title Matrix products and convolutions
library SoftContraction {
    enum Kind {
        Whole,
        Depthwise,
        Transposed
    }

    function matmul(
        uint256 attributes,
        uint256 aHandle,
        uint256 bHandle,
        uint256 biasHandle
    ) internal pure returns (uint256 handle) {
        SoftTensor memory a = SoftMachine.tensorOf(aHandle);
        SoftTensor memory b = SoftMachine.tensorOf(bHandle);
        SoftTensor memory bias = optional(biasHandle);
        Fields memory fields = Fields(attributes);
        int256 zeroPointA = fields.takeSigned(16);
        int256 zeroPointB = fields.takeSigned(16);
        fields.finish();
        SoftMachine.check(a.dtype == SoftMachine.INT8 || (a.dtype == SoftMachine.INT16 && zeroPointA == 0));
        SoftMachine.check(b.dtype == SoftMachine.INT8);
        checkZeroPoint(zeroPointA);
        checkZeroPoint(zeroPointB);
        uint256[] memory shape = matrixShape(a.shape, b.shape);
        checkBias(bias, shape[shape.length - 1]);
        uint256 inner = a.shape[a.shape.length - 1];
        SoftMachine.checkReach(SoftMachine.leaves(a, 1, inner) + SoftMachine.leaves(b, 1, inner) + biasLeaves(bias));
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(SoftMachine.INT32, shape);
        Product memory product = Product(a, b, bias, zeroPointA, zeroPointB);
        uint256[] memory position = new uint256[](shape.length);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, shape, position);
            output.data[i] = productAt(product, position);
        }
    }

    function conv2d(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 bias
    ) internal pure returns (uint256 handle) {
        Convolution memory conv = operands(x, weights, bias);
        Fields memory fields = Fields(attributes);
        Placement memory p = conv.placement;
        takePlacement(fields, p);
        p.groups = fields.take(24) + 1;
        fields.finish();
        checkConvolution(conv, 4);
        uint256[] memory kernel = conv.weights.shape;
        SoftMachine.check(conv.x.shape[3] == kernel[3] * p.groups && kernel[0] % p.groups == 0);
        checkBias(conv.bias, kernel[0]);
        bool whole = p.dilationW == 1 && p.groups == 1;
        SoftMachine.checkReach(
            SoftMachine.leaves(
                conv.x,
                whole ? kernel[1] : kernel[1] * kernel[2],
                whole ? kernel[2] * kernel[3] : kernel[3]
            ) +
                SoftMachine.leaves(conv.weights, 1, kernel[1] * kernel[2] * kernel[3]) +
                biasLeaves(conv.bias)
        );
        return fill(conv, outputShape(conv, kernel[1], kernel[2], kernel[0]), Kind.Whole);
    }

    function depthwiseConv2d(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 bias
    ) internal pure returns (uint256 handle) {
        Convolution memory conv = operands(x, weights, bias);
        Fields memory fields = Fields(attributes);
        takePlacement(fields, conv.placement);
        fields.finish();
        checkConvolution(conv, 3);
        uint256[] memory kernel = conv.weights.shape;
        SoftMachine.check(kernel[2] % conv.x.shape[3] == 0);
        checkBias(conv.bias, kernel[2]);
        uint256 taps = kernel[0] * kernel[1];
        SoftMachine.checkReach(
            SoftMachine.leaves(conv.x, taps, 1) + SoftMachine.leaves(conv.weights, taps, 1) + biasLeaves(conv.bias)
        );
        return fill(conv, outputShape(conv, kernel[0], kernel[1], kernel[2]), Kind.Depthwise);
    }

    function transposeConv2d(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 bias
    ) internal pure returns (uint256 handle) {
        Convolution memory conv = operands(x, weights, bias);
        Placement memory p = conv.placement;
        Fields memory fields = Fields(attributes);
        p.zeroPoint = fields.takeSigned(16);
        p.padTop = fields.take(16);
        p.padLeft = fields.take(16);
        p.strideH = fields.take(16) + 1;
        p.strideW = fields.take(16) + 1;
        uint256 height = fields.take(24);
        uint256 width = fields.take(24);
        fields.finish();
        SoftMachine.check(height != 0 && width != 0);
        checkConvolution(conv, 4);
        uint256[] memory kernel = conv.weights.shape;
        SoftMachine.check(conv.x.shape[3] == kernel[3]);
        checkBias(conv.bias, kernel[0]);
        uint256 rows = SoftMachine.ceilDiv(kernel[1], p.strideH);
        uint256 columns = SoftMachine.ceilDiv(kernel[2], p.strideW);
        SoftMachine.checkReach(
            SoftMachine.leaves(conv.x, rows, columns * kernel[3]) +
                SoftMachine.leaves(conv.weights, rows * columns, kernel[3]) +
                biasLeaves(conv.bias)
        );
        return fill(conv, SoftMachine.shape4(conv.x.shape[0], height, width, kernel[0]), Kind.Transposed);
    }

    // Shared parts

    function optional(uint256 handle) private pure returns (SoftTensor memory tensor) {
        if (handle != 0) return SoftMachine.tensorOf(handle);
    }

    function checkBias(SoftTensor memory bias, uint256 length) private pure {
        if (bias.shape.length != 0) SoftMachine.checkVector(bias, SoftMachine.INT32, length);
    }

    function biasLeaves(SoftTensor memory bias) private pure returns (uint256) {
        return bias.shape.length == 0 ? 0 : SoftMachine.leaves(bias, 1, 1);
    }

    function biasAt(SoftTensor memory bias, uint256 index) private pure returns (int256) {
        return bias.shape.length == 0 ? int256(0) : bias.data[index];
    }

    function checkZeroPoint(int256 zeroPoint) private pure {
        SoftMachine.check(zeroPoint >= -128 && zeroPoint <= 127);
    }

    // Matrix products

    function matrixShape(uint256[] memory a, uint256[] memory b) private pure returns (uint256[] memory shape) {
        SoftMachine.check(a.length >= 2 && b.length >= 2 && a[a.length - 1] == b[b.length - 1]);
        uint256 rank = a.length > b.length ? a.length : b.length;
        shape = new uint256[](rank);
        shape[rank - 1] = b[b.length - 2];
        shape[rank - 2] = a[a.length - 2];
        for (uint256 back = 3; back <= rank; ++back) {
            uint256 left = back <= a.length ? a[a.length - back] : 1;
            uint256 right = back <= b.length ? b[b.length - back] : 1;
            SoftMachine.check(left == right || left == 1 || right == 1);
            shape[rank - back] = left == 1 ? right : left;
        }
    }

    function productAt(Product memory product, uint256[] memory position) private pure returns (int256 sum) {
        unchecked {
            uint256 rank = position.length;
            uint256 from = rowStart(product.a.shape, position, position[rank - 2]);
            uint256 with = rowStart(product.b.shape, position, position[rank - 1]);
            uint256 inner = product.a.shape[product.a.shape.length - 1];
            sum = biasAt(product.bias, position[rank - 1]);
            for (uint256 k; k < inner; ++k)
                sum += (product.a.data[from + k] - product.zeroPointA) * (product.b.data[with + k] - product.zeroPointB);
            return SoftMachine.wrap32(sum);
        }
    }

    /// @dev Index of the first element of a row of an operand, for an element of the output.
    function rowStart(
        uint256[] memory shape,
        uint256[] memory position,
        uint256 row
    ) private pure returns (uint256 index) {
        unchecked {
            uint256 skipped = position.length - shape.length;
            for (uint256 axis; axis + 2 < shape.length; ++axis)
                index = index * shape[axis] + (shape[axis] == 1 ? 0 : position[axis + skipped]);
            return (index * shape[shape.length - 2] + row) * shape[shape.length - 1];
        }
    }

    // Convolutions

    function operands(uint256 x, uint256 weights, uint256 bias) private pure returns (Convolution memory conv) {
        conv.x = SoftMachine.tensorOf(x);
        conv.weights = SoftMachine.tensorOf(weights);
        conv.bias = optional(bias);
        conv.position = new uint256[](4);
    }

    function takePlacement(Fields memory fields, Placement memory p) private pure {
        p.zeroPoint = fields.takeSigned(16);
        p.padTop = fields.take(16);
        p.padLeft = fields.take(16);
        p.padBottom = fields.take(16);
        p.padRight = fields.take(16);
        p.strideH = fields.take(16) + 1;
        p.strideW = fields.take(16) + 1;
        p.dilationH = fields.take(16) + 1;
        p.dilationW = fields.take(16) + 1;
    }

    function checkConvolution(Convolution memory conv, uint256 weightsRank) private pure {
        SoftMachine.check(conv.x.dtype == SoftMachine.INT8 && conv.weights.dtype == SoftMachine.INT8);
        SoftMachine.check(conv.x.shape.length == 4 && conv.weights.shape.length == weightsRank);
        checkZeroPoint(conv.placement.zeroPoint);
    }

    function outputShape(
        Convolution memory conv,
        uint256 kernelH,
        uint256 kernelW,
        uint256 channels
    ) private pure returns (uint256[] memory) {
        Placement memory p = conv.placement;
        uint256 height = places(conv.x.shape[1] + p.padTop + p.padBottom, (kernelH - 1) * p.dilationH + 1, p.strideH);
        uint256 width = places(conv.x.shape[2] + p.padLeft + p.padRight, (kernelW - 1) * p.dilationW + 1, p.strideW);
        return SoftMachine.shape4(conv.x.shape[0], height, width, channels);
    }

    function places(uint256 length, uint256 window, uint256 stride) private pure returns (uint256) {
        SoftMachine.check(window <= length);
        return (length - window) / stride + 1;
    }

    function fill(
        Convolution memory conv,
        uint256[] memory shape,
        Kind kind
    ) private pure returns (uint256 handle) {
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(SoftMachine.INT32, shape);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, shape, conv.position);
            int256 sum = kind == Kind.Whole
                ? wholeSum(conv)
                : kind == Kind.Depthwise
                    ? depthwiseSum(conv)
                    : transposedSum(conv);
            output.data[i] = SoftMachine.wrap32(biasAt(conv.bias, conv.position[3]) + sum);
        }
    }

    /// @dev x[n, row, column, channel], and whether there is such an element.
    function pixel(
        Convolution memory conv,
        int256 row,
        int256 column,
        uint256 channel
    ) private pure returns (bool inside, uint256 index) {
        unchecked {
            uint256[] memory shape = conv.x.shape;
            inside = row >= 0 && row < int256(shape[1]) && column >= 0 && column < int256(shape[2]);
            if (!inside) return (false, 0);
            index = ((conv.position[0] * shape[1] + uint256(row)) * shape[2] + uint256(column)) * shape[3] + channel;
        }
    }

    /// @dev Sum of (x[from + i] - zeroPoint) * weights[with + i].
    function dot(
        Convolution memory conv,
        uint256 from,
        uint256 with,
        uint256 count
    ) private pure returns (int256 sum) {
        unchecked {
            int256 zeroPoint = conv.placement.zeroPoint;
            for (uint256 i; i < count; ++i)
                sum += (conv.x.data[from + i] - zeroPoint) * conv.weights.data[with + i];
        }
    }

    /// @dev Row of x that a tap at row ky of the kernel reads for the output's row, and the column likewise.
    function tap(
        Convolution memory conv,
        uint256 ky,
        uint256 kx
    ) private pure returns (int256 row, int256 column) {
        unchecked {
            Placement memory p = conv.placement;
            row = int256(conv.position[1] * p.strideH + ky * p.dilationH) - int256(p.padTop);
            column = int256(conv.position[2] * p.strideW + kx * p.dilationW) - int256(p.padLeft);
        }
    }

    function wholeSum(Convolution memory conv) private pure returns (int256 sum) {
        unchecked {
            uint256[] memory kernel = conv.weights.shape;
            uint256 channel = (conv.position[3] / (kernel[0] / conv.placement.groups)) * kernel[3];
            for (uint256 t; t < kernel[1] * kernel[2]; ++t) {
                (int256 row, int256 column) = tap(conv, t / kernel[2], t % kernel[2]);
                (bool inside, uint256 index) = pixel(conv, row, column, channel);
                uint256 with = (conv.position[3] * kernel[1] * kernel[2] + t) * kernel[3];
                if (inside) sum += dot(conv, index, with, kernel[3]);
            }
        }
    }

    function depthwiseSum(Convolution memory conv) private pure returns (int256 sum) {
        unchecked {
            uint256[] memory kernel = conv.weights.shape;
            uint256 channel = conv.position[3] / (kernel[2] / conv.x.shape[3]);
            for (uint256 t; t < kernel[0] * kernel[1]; ++t) {
                (int256 row, int256 column) = tap(conv, t / kernel[1], t % kernel[1]);
                (bool inside, uint256 index) = pixel(conv, row, column, channel);
                if (inside) sum += dot(conv, index, t * kernel[2] + conv.position[3], 1);
            }
        }
    }

    /// @dev Taps whose pixel lies at a whole number of strides.
    function transposedSum(Convolution memory conv) private pure returns (int256 sum) {
        unchecked {
            Placement memory p = conv.placement;
            uint256[] memory kernel = conv.weights.shape;
            for (uint256 t; t < kernel[1] * kernel[2]; ++t) {
                int256 row = int256(conv.position[1] + p.padTop) - int256(t / kernel[2]);
                int256 column = int256(conv.position[2] + p.padLeft) - int256(t % kernel[2]);
                if (row % int256(p.strideH) != 0 || column % int256(p.strideW) != 0) continue;
                (bool inside, uint256 index) = pixel(conv, row / int256(p.strideH), column / int256(p.strideW), 0);
                uint256 with = (conv.position[3] * kernel[1] * kernel[2] + t) * kernel[3];
                if (inside) sum += dot(conv, index, with, kernel[3]);
            }
        }
    }
}
