// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorGasCounts} from "./TensorGasCounts.sol";
import {TensorPrices} from "./TensorGasPrices.sol";
import {TensorGasRuns} from "./TensorGasRuns.sol";
import {TensorGasWork} from "./TensorGasWork.sol";

/// @title Work of moving elements
/// @notice What moving elements costs, in gas times 2^16: each count of the specification times its coefficient. Types
/// are type words. Operands are not checked: where the instruction would halt, what is returned means nothing.
/// @dev Counts are those of parts of tensors: no more than a few times 2^32.
library TensorGasMoves {
    using TensorChecks for uint256;
    using TensorGasCounts for uint256;

    /// @dev Lines read in order that are waited for.
    uint256 private constant AWAITED_LINES = 8;

    /// @dev Axes along which an output is made, each with bytes of the source for one step. Innermost first, those of
    /// size 1 left out, neighbours that make one longer axis merged.
    struct Axes {
        uint256 first;
        uint256 end;
        uint256[12] sizes;
        uint256[12] steps;
        // Bytes of neighbours that are moved together.
        uint256 unit;
        // Product of the sizes.
        uint256 count;
    }

    /// @notice Work of TRANSPOSE.
    function transposed(
        TensorPrices memory p,
        uint256 attributes,
        uint256 x,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            Axes memory axes;
            (uint256 strides, uint256 element) = (TensorGasRuns.strides(x), x.elementBytesOf());
            for (uint256 axis = x.rankOf(); axis > 0; --axis) {
                uint256 from = (attributes >> (4 * (axis - 1))) & 0xf;
                _add(axes, output.dimOf(axis - 1), strides.dimOf(from) * element);
            }
            return _strided(p, output, axes, p.movedBytesQ16 * x.bytesOf().roundUp(16));
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
            Axes memory axes;
            (uint256 strides, uint256 element) = (TensorGasRuns.strides(x), x.elementBytesOf());
            for (uint256 axis = x.rankOf(); axis > 0; --axis) {
                uint256 step = uint32(stride >> (32 * (axis - 1))) + uint256(1);
                _add(axes, output.dimOf(axis - 1), strides.dimOf(axis - 1) * element * step);
            }
            return _strided(p, output, axes, _block(p, stride, x, output));
        }
    }

    /// @notice Work of TILE: of each axis x's own dimension first, then its copies.
    function tiled(
        TensorPrices memory p,
        uint256 multiples,
        uint256 x,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            Axes memory axes;
            (uint256 strides, uint256 element) = (TensorGasRuns.strides(x), x.elementBytesOf());
            for (uint256 axis = x.rankOf(); axis > 0; --axis) {
                _add(axes, x.dimOf(axis - 1), strides.dimOf(axis - 1) * element);
                _add(axes, uint32(multiples >> (32 * (axis - 1))), 0);
            }
            return _strided(p, output, axes, p.movedBytesQ16 * x.bytesOf().roundUp(16));
        }
    }

    /// @notice Work of PAD.
    function padded(TensorPrices memory p, uint256 x, uint256 output) internal pure returns (uint256) {
        unchecked {
            uint256 runs = TensorGasRuns.count(x, TensorGasRuns.strides(output));
            uint256 moved = runs * (1 + _partCount(x.bytesOf() / runs)) + output.bytesOf().parts(16);
            return p.movedBytesQ16 * x.bytesOf().roundUp(16) + p.movedPartsQ16 * moved;
        }
    }

    /// @notice Work of CONCAT.
    function joined(TensorPrices memory p, uint256 axis, uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 rows = 1;
            for (uint256 i; i < axis; ++i) rows *= a.dimOf(i);
            uint256 moved = rows * (_partCount(a.bytesOf() / rows) + _partCount(b.bytesOf() / rows));
            uint256 read = a.bytesOf().roundUp(16) + b.bytesOf().roundUp(16);
            return p.movedBytesQ16 * read + p.movedPartsQ16 * moved;
        }
    }

    /// @notice Work of GATHER.
    function gathered(TensorPrices memory p, uint256 tableType, uint256 indices) internal pure returns (uint256 sum) {
        unchecked {
            uint256 count = indices.elementsOf();
            uint256 rowBytes = tableType.bytesOf() / tableType.dimOf(0);
            // Rows that indices of their dtype can name.
            uint256 tableBytes = tableType.dimOf(0).min(1 << (8 * indices.elementBytesOf() - 1)) * rowBytes;
            uint256 read = tableBytes.roundUp(16).min(count * rowBytes.roundUp(64)) + indices.bytesOf().roundUp(16);
            sum = p.movedBytesQ16 * read + p.movedPartsQ16 * count * _partCount(rowBytes);
            if (!_isValue(rowBytes)) {
                uint256 lines = AWAITED_LINES.min((rowBytes + 31).parts(64));
                sum += p.gatheredLinesQ16 * (count * lines).min(tableBytes.parts(64));
            }
        }
    }

    /// @dev One more axis, outside those there are.
    function _add(Axes memory axes, uint256 size, uint256 step) private pure {
        unchecked {
            if (size == 1) return;
            uint256 end = axes.end;
            if (end > 0 && step == axes.sizes[end - 1] * axes.steps[end - 1]) axes.sizes[end - 1] *= size;
            else {
                (axes.sizes[end], axes.steps[end]) = (size, step);
                axes.end = end + 1;
            }
        }
    }

    /// @dev An output that is made along axes of a source; `source` is what reading that costs.
    function _strided(
        TensorPrices memory p,
        uint256 output,
        Axes memory axes,
        uint256 source
    ) private pure returns (uint256) {
        unchecked {
            axes.unit = output.elementBytesOf();
            if (axes.end > 0 && axes.steps[0] == axes.unit) {
                axes.unit *= axes.sizes[0];
                axes.first = 1;
            }
            if (axes.first == axes.end) return TensorGasWork.copied(p, output);
            axes.count = output.bytesOf() / axes.unit;
            (uint256 unit, uint256 size) = (axes.unit, axes.sizes[axes.first]);
            if (_isValue(unit)) {
                uint256 vectors = _tileVectors(axes);
                if (vectors != 0) return source + p.movedVectorsQ16 * vectors;
                if (axes.steps[axes.first] == 0 && size * unit >= 64)
                    return source + p.movedPartsQ16 * (axes.count / size) * (size * unit).parts(16);
            }
            if (unit < 16) {
                (uint256 group, uint256 row) = _shuffledGroup(axes);
                if (group >= unit * (_isValue(unit) ? 3 : 2)) {
                    uint256 rows = (unit * axes.count) / row;
                    return source + p.movedVectorsQ16 * rows * row.parts(group) + p.movedRowsQ16 * rows;
                }
            }
            source += p.movedRowsQ16 * (axes.count / _rowLength(axes));
            if (_isValue(unit)) return source + p.movedValuesQ16 * axes.count;
            return source + p.movedVectorsQ16 * axes.count * _partCount(unit);
        }
    }

    /// @dev Vectors of an output that is made in transposed tiles of values; 0 for one that is not.
    function _tileVectors(Axes memory axes) private pure returns (uint256) {
        unchecked {
            uint256 size = axes.sizes[axes.first];
            uint256 side = axes.unit == 1 ? 8 : 16 / axes.unit;
            if (side == 1 || size < side) return 0;
            for (uint256 i = axes.first + 1; i < axes.end; ++i) {
                uint256 column = axes.sizes[i];
                if (axes.steps[i] == axes.unit && column >= side)
                    return (axes.count / size / column) * size.parts(side) * column.parts(side) * side;
            }
            return 0;
        }
    }

    /// @dev Bytes of the output that one shuffle of a vector makes, and of the row that such groups fill.
    function _shuffledGroup(Axes memory axes) private pure returns (uint256 group, uint256 row) {
        unchecked {
            group = axes.unit;
            uint256 span = group;
            for (uint256 i = axes.first; i < axes.end; ++i) {
                (uint256 size, uint256 step) = (axes.sizes[i], axes.steps[i]);
                uint256 periods = size.min(16 / group);
                if (step > 0) periods = periods.min((16 - span) / step + 1);
                if (periods < size) return (group * periods, group * size);
                group *= size;
                span += (size - 1) * step;
            }
            row = group;
        }
    }

    /// @dev Length of the axis that one loop goes along: the innermost, or the longest where that is shorter than 8.
    function _rowLength(Axes memory axes) private pure returns (uint256 length) {
        unchecked {
            length = axes.sizes[axes.first];
            if (length >= 8) return length;
            for (uint256 i = axes.first + 1; i < axes.end; ++i) length = length.max(axes.sizes[i]);
        }
    }

    /// @dev Reading a strided block of x.
    function _block(
        TensorPrices memory p,
        uint256 stride,
        uint256 x,
        uint256 output
    ) private pure returns (uint256) {
        unchecked {
            uint256 distance = x.elementBytesOf();
            (uint256 segment, uint256 segments, uint256 streamed) = (distance, 1, 1);
            for (uint256 axis = x.rankOf(); axis > 0; --axis) {
                uint256 size = output.dimOf(axis - 1);
                if (size != 1) {
                    uint256 step = distance * (uint32(stride >> (32 * (axis - 1))) + uint256(1));
                    if (segments == 1 && step < segment + 64) segment += (size - 1) * step;
                    else {
                        if (segments == 1 && step <= 1024) streamed = size;
                        segments *= size;
                    }
                }
                distance *= x.dimOf(axis - 1);
            }
            if (segments == 1) return p.movedBytesQ16 * segment.roundUp(16);
            uint256 awaited = (segments / streamed) * AWAITED_LINES.min(streamed * segment.parts(64));
            return p.movedBytesQ16 * segments * segment.roundUp(64) + p.gatheredLinesQ16 * awaited;
        }
    }

    /// @dev Vectors that the copy of a run is counted as.
    function _partCount(uint256 length) private pure returns (uint256) {
        return length.parts(16).min(16);
    }

    /// @dev Whether so many bytes are moved as one value.
    function _isValue(uint256 length) private pure returns (bool) {
        unchecked {
            return length <= 16 && length & (length - 1) == 0;
        }
    }
}
