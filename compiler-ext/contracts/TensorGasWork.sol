// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorPrices} from "./TensorGasPrices.sol";
import {TensorGasRuns} from "./TensorGasRuns.sol";

/// @title Work of instructions
/// @notice What an instruction's work costs, in gas times 2^16: each count of the specification times its coefficient.
/// Types are type words. Operands are not checked: where the instruction would halt, what is returned means nothing.
/// @dev Counts stay below 2^56 and coefficients below 2^53: no sum overflows.
library TensorGasWork {
    using TensorChecks for uint256;

    /// @dev Where counts saturate.
    uint256 private constant MAX_COUNT = 2 ** 53 - 1;

    /// @notice Work of MATMUL.
    function product(TensorPrices memory p, uint256 a, uint256 output) internal pure returns (uint256) {
        unchecked {
            uint256 rank = output.rankOf();
            (uint256 rows, uint256 columns) = (output.dimOf(rank - 2), output.dimOf(rank - 1));
            return _contraction(p, output.elementsOf() / (rows * columns), rows, columns, a.lastDimOf(), 0);
        }
    }

    /// @notice Work of CONV2D.
    function convolution(
        TensorPrices memory p,
        uint256 attributes,
        uint256 weights,
        uint256 output
    ) internal pure returns (uint256 sum) {
        unchecked {
            uint256 groups = ((attributes >> 144) & 0xffffff) + 1;
            uint256 rows = output.dimOf(0) * output.dimOf(1) * output.dimOf(2);
            uint256 taps = weights.dimOf(1) * weights.dimOf(2);
            uint256 depth = taps * weights.dimOf(3);
            sum = _contraction(p, groups, rows, weights.dimOf(0) / groups, depth, 0);
            // Pads and strides are zero: each row of x is a patch already, when the window is one pixel.
            bool isPointwise = taps == 1 && (attributes >> 16) & ((1 << 96) - 1) == 0 && groups == 1;
            if (!isPointwise) sum += p.patchBytesQ16 * _count(groups * rows * _roundUp(_count(depth), 16));
        }
    }

    /// @notice Work of DEPTHWISE_CONV2D.
    function depthwise(
        TensorPrices memory p,
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 output
    ) internal pure returns (uint256 sum) {
        unchecked {
            uint256 lanes = _roundUp(weights.dimOf(2), 8);
            uint256 positions = output.dimOf(0) * output.dimOf(1) * output.dimOf(2);
            uint256 taps = weights.dimOf(0) * weights.dimOf(1);
            sum = p.depthwiseMacsQ16 * _count(positions * _roundUp(taps, 2) * lanes);
            sum += p.depthwiseOutputsQ16 * _count(positions * lanes);
            sum += p.depthwiseInputsQ16 * _count(_depthwiseInputs(attributes, x, weights, output) * lanes);
            sum += p.depthwiseTapsQ16 * _count(output.dimOf(0) * output.dimOf(1) * taps);
        }
    }

    /// @notice Work of TRANSPOSE_CONV2D.
    function transposedConvolution(
        TensorPrices memory p,
        uint256 x,
        uint256 weights,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            uint256 depth = x.dimOf(3);
            uint256 columns = weights.elementsOf() / depth;
            return _contraction(p, 1, x.elementsOf() / depth, columns, depth, output.elementsOf());
        }
    }

    /// @notice Work of RESCALE.
    function rescaled(
        TensorPrices memory p,
        uint256 attributes,
        uint256 output,
        uint256 shift
    ) internal pure returns (uint256) {
        unchecked {
            uint256 elements = _roundUp(output.elementsOf(), 16);
            if ((attributes >> 8) & 3 == 0) return p.rescaledElementsQ16 * (int256(shift) > 0 ? 2 : 1) * elements;
            return p.channelRescaledElementsQ16 * elements + p.rescaledChannelsQ16 * _roundUp(output.lastDimOf(), 16);
        }
    }

    /// @notice Work of TABLE.
    function lookedUp(TensorPrices memory p, uint256 output) internal pure returns (uint256) {
        unchecked {
            return p.tableElementsQ16 * _roundUp(output.elementsOf(), 16);
        }
    }

    /// @notice Work of SOFTMAX.
    function softmax(TensorPrices memory p, uint256 x) internal pure returns (uint256) {
        unchecked {
            uint256 rows = x.elementsOf() / x.lastDimOf();
            return p.softmaxElementsQ16 * _count(rows * _roundUp(x.lastDimOf(), 16)) + p.softmaxRowsQ16 * rows;
        }
    }

    /// @notice Work of CLAMP.
    function limited(TensorPrices memory p, uint256 x) internal pure returns (uint256) {
        unchecked {
            return p.elementwiseBytesQ16 * 2 * _roundUp(x.bytesOf(), 16) + p.movedRunsQ16 * TensorGasRuns.broadcast(x, x);
        }
    }

    /// @notice Work of TADD, TSUB, MAXIMUM, MINIMUM and ARITHMETIC_RIGHT_SHIFT.
    function elementwise(
        TensorPrices memory p,
        uint256 a,
        uint256 b,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            (uint256 runsA, uint256 runsB) = (TensorGasRuns.broadcast(a, output), TensorGasRuns.broadcast(b, output));
            uint256 passed = 3 * _roundUp(output.bytesOf(), 16);
            return p.elementwiseBytesQ16 * passed + p.movedRunsQ16 * (runsA < runsB ? runsB : runsA);
        }
    }

    /// @notice Work of TMUL: attributes are its shift.
    function multiplied(
        TensorPrices memory p,
        uint256 attributes,
        uint256 a,
        uint256 b,
        uint256 output
    ) internal pure returns (uint256 sum) {
        unchecked {
            sum = elementwise(p, a, b, output);
            if (attributes != 0) sum += p.rescaledElementsQ16 * _roundUp(output.elementsOf(), 16);
        }
    }

    /// @notice Work of RSQRT.
    function rooted(TensorPrices memory p, uint256 output) internal pure returns (uint256) {
        unchecked {
            return p.rootElementsQ16 * output.elementsOf();
        }
    }

    /// @notice Work of REDUCE_SUM, REDUCE_MAX, REDUCE_MIN and ARGMAX.
    function reduced(TensorPrices memory p, uint256 axes, uint256 x) internal pure returns (uint256) {
        unchecked {
            return p.reducedBytesQ16 * _roundUp(x.bytesOf(), 16) + p.movedRunsQ16 * TensorGasRuns.reduced(axes, x);
        }
    }

    /// @notice Work of AVG_POOL2D and MAX_POOL2D.
    function pooled(TensorPrices memory p, uint256 attributes, uint256 output) internal pure returns (uint256) {
        unchecked {
            uint256 taps = (((attributes >> 64) & 0xffff) + 1) * (((attributes >> 80) & 0xffff) + 1);
            return p.pooledBytesQ16 * _roundUp(_count(output.bytesOf() * taps), 16);
        }
    }

    /// @notice Work of RESHAPE, TMSTORE and the loads.
    function copied(TensorPrices memory p, uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return p.copiedBytesQ16 * _roundUp(typeWord.bytesOf(), 16);
        }
    }

    /// @notice Work of TRANSPOSE.
    function transposed(
        TensorPrices memory p,
        uint256 attributes,
        uint256 x,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            uint256 strides = TensorGasRuns.strides(x);
            uint256 permuted;
            for (uint256 axis; axis < x.rankOf(); ++axis)
                permuted = permuted.withDim(axis, strides.dimOf((attributes >> (4 * axis)) & 0xf));
            return copied(p, output) + p.movedRunsQ16 * TensorGasRuns.count(output, permuted);
        }
    }

    /// @notice Work of SLICE.
    function sliced(
        TensorPrices memory p,
        uint256 stride,
        uint256 x,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            uint256 strides = TensorGasRuns.strides(x);
            uint256 stepped;
            // Where a step matters, it ends within x: a product that does not fit belongs to an axis of dimension 1.
            for (uint256 axis; axis < x.rankOf(); ++axis)
                stepped = stepped.withDim(axis, strides.dimOf(axis) * ((uint256(uint32(stride >> (32 * axis)))) + 1));
            return copied(p, output) + p.movedRunsQ16 * TensorGasRuns.count(output, stepped);
        }
    }

    /// @notice Work of PAD.
    function padded(TensorPrices memory p, uint256 x, uint256 output) internal pure returns (uint256) {
        unchecked {
            return copied(p, output) + p.movedRunsQ16 * TensorGasRuns.count(x, TensorGasRuns.strides(output));
        }
    }

    /// @notice Work of CONCAT.
    function joined(TensorPrices memory p, uint256 axis, uint256 a, uint256 output) internal pure returns (uint256) {
        unchecked {
            uint256 outer = 1;
            for (uint256 i; i < axis; ++i) outer *= a.dimOf(i);
            return copied(p, output) + p.movedRunsQ16 * 2 * outer;
        }
    }

    /// @notice Work of GATHER.
    function gathered(TensorPrices memory p, uint256 indices, uint256 output) internal pure returns (uint256) {
        unchecked {
            return copied(p, output) + copied(p, indices) + p.movedRunsQ16 * indices.elementsOf();
        }
    }

    /// @notice Work of TILE.
    function tiled(
        TensorPrices memory p,
        uint256 multiples,
        uint256 x,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            return copied(p, output) + p.movedRunsQ16 * (output.elementsOf() / TensorGasRuns.tiledLength(multiples, x));
        }
    }

    /// @notice Work of TROOT.
    function hashed(TensorPrices memory p, uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return p.hashedBytesQ16 * _roundUp(typeWord.bytesOf(), 256);
        }
    }

    /// @notice Work of TFREE.
    function freed(TensorPrices memory p, uint256 count) internal pure returns (uint256) {
        unchecked {
            return p.handlesQ16 * (count < 1024 ? count : 1024);
        }
    }

    /// @dev Pixels that the windows of a depthwise convolution reach; twice as many where outputs share a channel.
    function _depthwiseInputs(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 output
    ) private pure returns (uint256) {
        unchecked {
            uint256 extent = (weights.dimOf(0) - 1) * (uint16(attributes >> 112) + uint256(1)) + 1;
            uint256 stride = uint16(attributes >> 80) + uint256(1);
            uint256 rows = (output.dimOf(1) - 1) * (stride < extent ? stride : extent) + extent;
            if (rows > x.dimOf(1)) rows = x.dimOf(1);
            extent = (weights.dimOf(1) - 1) * (uint16(attributes >> 128) + uint256(1)) + 1;
            uint256 columns = (output.dimOf(2) - 1) * (uint16(attributes >> 96) + uint256(1)) + extent;
            return output.dimOf(0) * rows * columns * (weights.dimOf(2) == x.dimOf(3) ? 1 : 2);
        }
    }

    /// @dev `batch` products [rows, depth] x [columns, depth] in whole tiles, and `more` accumulators.
    function _contraction(
        TensorPrices memory p,
        uint256 batch,
        uint256 rows,
        uint256 columns,
        uint256 depth,
        uint256 more
    ) private pure returns (uint256) {
        unchecked {
            // Factors are dimensions or products of those of one tensor: no product reaches 2^200.
            uint256 outputs = batch * (rows == 1 ? 1 : _roundUp(rows, 2)) * _roundUp(columns, 4);
            depth = _roundUp(depth, 16);
            uint256 sum = p.tileMacsQ16 * _count(outputs * depth) + p.tileOutputsQ16 * _count(_count(outputs) + more);
            return sum + p.panelBytesQ16 * _count(batch * _roundUp(columns, 4) * depth);
        }
    }

    function _count(uint256 exact) private pure returns (uint256) {
        return exact < MAX_COUNT ? exact : MAX_COUNT;
    }

    function _roundUp(uint256 value, uint256 quantum) private pure returns (uint256) {
        unchecked {
            return (value + quantum - 1) & ~(quantum - 1);
        }
    }
}
