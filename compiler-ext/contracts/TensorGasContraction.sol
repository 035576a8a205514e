// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorGasCounts} from "./TensorGasCounts.sol";
import {TensorPrices} from "./TensorGasPrices.sol";

/// @title Work of contractions
/// @notice What products and convolutions cost, in gas times 2^16: each count of the specification times its
/// coefficient. Types are type words. Operands are not checked: where the instruction would halt, what is returned
/// means nothing.
/// @dev Factors are dimensions, fields, or products of those of one tensor: no product reaches 2^200.
library TensorGasContraction {
    using TensorChecks for uint256;
    using TensorGasCounts for uint256;

    /// @dev What beginning a product with packed weights costs.
    uint256 private constant PRODUCT_STEPS = 3;
    /// @dev What each packed piece of a row costs besides its depth, in weights.
    uint256 private constant PIECE_DEPTH = 8;
    /// @dev What a line of x that is widened costs besides its elements, in elements.
    uint256 private constant LINE_ELEMENTS = 64;
    /// @dev What finding a run of neighbours that lies apart costs, in elements.
    uint256 private constant RUN_ELEMENTS = 128;
    /// @dev Most values that a window spans where x is widened line by line.
    uint256 private constant MAX_WINDOW = 2 ** 18;

    /// @dev Products of one matrix of packed weights with rows, `count` times.
    struct Product {
        uint256 count;
        uint256 rows;
        uint256 columns;
        // Pieces of neighbouring weights that a column consists of, and weights of each.
        uint256 pieces;
        uint256 depth;
    }

    /// @dev The window of a convolution along one axis.
    struct Axis {
        uint256 input;
        uint256 taps;
        uint256 stride;
        uint256 dilation;
        // Positions of the input that the window spans.
        uint256 extent;
        // Positions of the window.
        uint256 positions;
    }

    /// @dev Outputs of a transposed convolution along one axis, by their remainder modulo the stride.
    struct Phases {
        // Phases that have both outputs and taps, and taps of those.
        uint256 phases;
        uint256 taps;
        // Outputs in them, and pairs of an output and a tap.
        uint256 positions;
        uint256 reads;
    }

    /// @notice Work of MATMUL.
    function product(TensorPrices memory p, uint256 a, uint256 b, uint256 output) internal pure returns (uint256) {
        unchecked {
            uint256 rank = output.rankOf();
            (uint256 rows, uint256 columns) = (output.dimOf(rank - 2), output.lastDimOf());
            Product memory m = Product(output.elementsOf() / (rows * columns), rows, columns, 1, a.lastDimOf());
            // With one matrix b, the matrices of a are one of more rows.
            if (b.elementsOf() == columns * m.depth) (m.count, m.rows) = (1, a.elementsOf() / m.depth);
            return _matrices(p, m, a, b);
        }
    }

    /// @notice Work of CONV2D.
    function convolution(
        TensorPrices memory p,
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            Axis memory height = _axis(attributes, x.dimOf(1), weights.dimOf(1), output.dimOf(1));
            Axis memory width = _axis(attributes >> 16, x.dimOf(2), weights.dimOf(2), output.dimOf(2));
            uint256 groups = ((attributes >> 144) & 0xffffff) + 1;
            Product memory packed = _packed(weights, groups, width.dilation);
            packed.rows = output.dimOf(0) * output.dimOf(1) * output.dimOf(2);
            // Pads and strides are zero: each row of x is one of a matrix, when the window is one pixel.
            if (height.taps * width.taps * groups == 1 && (attributes >> 16) & ((1 << 96) - 1) == 0)
                return _matrices(p, packed, x, weights);
            (uint256 widened, uint256 products) = _widened(x, height, width, packed, width.dilation * groups == 1);
            uint256 sum = _tiles(p, packed, packed.count > 1) + p.widenedElementsQ16 * widened.saturated();
            return sum + p.productStepsQ16 * (products * PRODUCT_STEPS).saturated();
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
            uint256 lanes = weights.dimOf(2).roundUp(8);
            uint256 positions = output.dimOf(0) * output.dimOf(1) * output.dimOf(2);
            uint256 taps = weights.dimOf(0) * weights.dimOf(1);
            sum = p.depthwiseMacsQ16 * (positions * taps.roundUp(2) * lanes).saturated();
            sum += p.depthwiseWeightsQ16 * (taps.roundUp(2) * lanes).saturated();
            sum += p.depthwiseOutputsQ16 * (positions * lanes).saturated();
            sum += p.depthwiseTapsQ16 * (output.dimOf(0) * output.dimOf(1) * taps).saturated();
            Axis memory axis = _axis(attributes, x.dimOf(1), weights.dimOf(0), output.dimOf(1));
            uint256 pixels = axis.input.min((axis.positions - 1) * axis.stride.min(axis.extent) + axis.extent);
            axis = _axis(attributes >> 16, x.dimOf(2), weights.dimOf(1), output.dimOf(2));
            pixels *= (axis.positions - 1) * axis.stride + axis.extent + 8;
            // Channels that several outputs read are copied to a lane for each.
            pixels *= x.dimOf(0) * (weights.dimOf(2) == x.dimOf(3) ? 1 : 2);
            sum += p.depthwiseInputsQ16 * (pixels * lanes).saturated();
        }
    }

    /// @notice Work of TRANSPOSE_CONV2D.
    function transposedConvolution(
        TensorPrices memory p,
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 output
    ) internal pure returns (uint256 sum) {
        unchecked {
            Phases memory height = _phases(attributes, output.dimOf(1), weights.dimOf(1));
            Phases memory width = _phases(attributes >> 16, output.dimOf(2), weights.dimOf(2));
            uint256 phases = height.phases * width.phases;
            (uint256 columns, uint256 depth) = (weights.dimOf(0).roundUp(4), x.dimOf(3));
            // Pixels of a whole number of pairs make one run.
            uint256 count = depth % 2 == 0
                ? width.reads * depth + _tileDepth(width.positions, 0)
                : _tileDepth(width.reads, depth);
            count *= x.dimOf(0) * height.reads;
            sum = p.tileMacsQ16 * (count * _tileColumns(weights.dimOf(0))).saturated();
            count = x.dimOf(0) * height.positions * width.positions * columns * (phases > 1 ? 2 : 1);
            sum += p.tileOutputsQ16 * count.saturated();
            count = height.taps * width.taps * columns * (depth.roundUp(8) + PIECE_DEPTH);
            sum += p.panelBytesQ16 * count.saturated();
            count = (width.positions + width.taps - width.phases) * depth + LINE_ELEMENTS * width.phases;
            count *= x.dimOf(0) * (height.positions + height.taps - height.phases);
            sum += p.widenedElementsQ16 * count.saturated();
            sum += p.productStepsQ16 * (x.dimOf(0) * phases * PRODUCT_STEPS).saturated();
        }
    }

    /// @dev Products of a convolution; groups of few channels are multiplied together. Rows are left out.
    function _packed(uint256 weights, uint256 groups, uint256 dilationW) private pure returns (Product memory packed) {
        unchecked {
            (uint256 taps, uint256 depth) = (weights.dimOf(1) * weights.dimOf(2), weights.dimOf(3));
            uint256 outputs = weights.dimOf(0) / groups;
            uint256 together = groups.min((4 / outputs).min(8 / depth).max(1));
            packed.count = groups.parts(together);
            packed.columns = together * outputs;
            // Taps of a row of the window are neighbours when they read all channels of neighbouring pixels.
            bool isRun = groups == 1 && dilationW == 1;
            packed.pieces = isRun ? weights.dimOf(1) : taps;
            packed.depth = isRun ? weights.dimOf(2) * depth : together * depth;
        }
    }

    /// @dev Elements of x that a convolution widens, and the products that it begins: line by line, or run by run where
    /// windows are large or lines hold more.
    function _widened(
        uint256 x,
        Axis memory height,
        Axis memory width,
        Product memory packed,
        bool isRun
    ) private pure returns (uint256 elements, uint256 products) {
        unchecked {
            (uint256 batch, uint256 channels) = (x.dimOf(0), x.dimOf(3));
            uint256 runElements = (isRun ? packed.depth : channels).roundUp(16);
            uint256 lines = (height.positions - 1) * height.stride.min(height.extent) + height.extent;
            uint256 lineElements = ((width.positions - 1) * width.stride + width.extent) * channels;
            elements = height.positions * width.positions * packed.pieces * (runElements + RUN_ELEMENTS);
            if (height.extent * width.extent * channels > MAX_WINDOW || lines * lineElements > elements) {
                uint256 found = _mostReads(height) * (isRun ? _positionsInside(width) : _mostReads(width));
                elements = packed.rows * packed.pieces * runElements + batch * found * RUN_ELEMENTS;
                return (elements, packed.count);
            }
            return (batch * lines * (lineElements.roundUp(16) + LINE_ELEMENTS), batch * packed.count);
        }
    }

    /// @dev Matrix products [rows, depth] x [columns, depth] of operands of these types.
    function _matrices(
        TensorPrices memory p,
        Product memory m,
        uint256 left,
        uint256 right
    ) private pure returns (uint256 sum) {
        unchecked {
            if (m.columns == 1 && left.elementBytesOf() == 1) return _vectors(p, m, 1, m.rows, left.elementsOf());
            if (m.rows < 4) return _vectors(p, m, m.rows, m.columns, right.elementsOf());
            sum = _tiles(p, m, false);
            sum += p.widenedElementsQ16 * (m.count * m.rows * m.depth.roundUp(8)).saturated();
            sum += p.productStepsQ16 * (m.count * PRODUCT_STEPS).saturated();
        }
    }

    /// @dev Products of vectors with the rows of a matrix that isn't packed, one after the other; the matrices have
    /// `elements` together.
    function _vectors(
        TensorPrices memory p,
        Product memory m,
        uint256 vectors,
        uint256 rows,
        uint256 elements
    ) private pure returns (uint256 sum) {
        unchecked {
            uint256 outputs = m.count * vectors * rows.roundUp(4);
            sum = p.tileOutputsQ16 * (2 * outputs).saturated();
            sum += p.vectorMacsQ16 * (outputs * m.depth.roundUp(8)).saturated();
            sum += p.widenedElementsQ16 * (m.count * vectors * m.depth + elements).saturated();
            sum += p.productStepsQ16 * (m.count * (vectors + 1)).saturated();
        }
    }

    /// @dev Products with packed weights, but for the rows that are made ready for them and their beginnings.
    function _tiles(TensorPrices memory p, Product memory m, bool areBetween) private pure returns (uint256 sum) {
        unchecked {
            (uint256 rows, uint256 columns) = (m.count * m.rows, m.columns.roundUp(4));
            sum = p.tileMacsQ16 * (rows * _tileColumns(m.columns) * _tileDepth(m.pieces, m.depth)).saturated();
            sum += p.tileOutputsQ16 * (rows * columns * (areBetween ? 2 : 1)).saturated();
            sum += p.panelBytesQ16 * (m.count * columns * m.pieces * (m.depth.roundUp(8) + PIECE_DEPTH)).saturated();
        }
    }

    /// @dev Columns padded to 4, and 8 for each panel: of 16, then what is left over, 9 to 12 in two.
    function _tileColumns(uint256 columns) private pure returns (uint256) {
        unchecked {
            uint256 rest = columns % 16;
            return columns.roundUp(4) + 8 * (columns.parts(16) + (rest > 8 && rest <= 12 ? 1 : 0));
        }
    }

    /// @dev Depth that rows are paid for: `depth` values in each of `runs` runs, padded to pairs, and 2 more.
    function _tileDepth(uint256 runs, uint256 depth) private pure returns (uint256) {
        unchecked {
            return runs * (depth.roundUp(2) + 2);
        }
    }

    /// @dev Most pairs of a position and a tap that read the input.
    function _mostReads(Axis memory axis) private pure returns (uint256) {
        unchecked {
            uint256 byTaps = axis.taps * axis.positions.min(axis.input.parts(axis.stride));
            return byTaps.min(axis.positions * axis.taps.min(axis.input.parts(axis.dilation)));
        }
    }

    /// @dev Most positions of a window without dilation that reach the input.
    function _positionsInside(Axis memory axis) private pure returns (uint256) {
        unchecked {
            return axis.positions.min((axis.input + axis.taps - 1).parts(axis.stride));
        }
    }

    /// @dev Strides are fields from bit 80 on, dilations from bit 112 on.
    function _axis(
        uint256 fields,
        uint256 input,
        uint256 taps,
        uint256 positions
    ) private pure returns (Axis memory axis) {
        unchecked {
            (axis.input, axis.taps, axis.positions) = (input, taps, positions);
            (axis.stride, axis.dilation) = (uint16(fields >> 80) + uint256(1), uint16(fields >> 112) + uint256(1));
            axis.extent = (taps - 1) * axis.dilation + 1;
        }
    }

    /// @dev Pads are fields from bit 16 on, strides from bit 48 on.
    function _phases(uint256 fields, uint256 output, uint256 window) private pure returns (Phases memory result) {
        unchecked {
            (uint256 pad, uint256 stride) = (uint16(fields >> 16), uint16(fields >> 48) + uint256(1));
            uint256 period = output.min(stride);
            uint256 least = stride.min(window);
            result.phases = _below(least, pad, period, stride);
            result.positions = _below(least, pad, output, stride);
            result.taps = period * (window / stride) + _below(window % stride, pad, period, stride);
            result.reads = output * (window / stride) + _below(window % stride, pad, output, stride);
        }
    }

    /// @dev Positions from `pad` on, `count` of them, that are less than `part` modulo the stride.
    function _below(uint256 part, uint256 pad, uint256 count, uint256 stride) private pure returns (uint256) {
        unchecked {
            uint256 end = pad + count;
            uint256 upToEnd = (end / stride) * part + part.min(end % stride);
            return upToEnd - (pad / stride) * part - part.min(pad % stride);
        }
    }
}
