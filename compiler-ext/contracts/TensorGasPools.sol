// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorGasCounts} from "./TensorGasCounts.sol";
import {TensorPrices} from "./TensorGasPrices.sol";

/// @title Work of pools
/// @notice What a pool's work costs, in gas times 2^16: each count of the specification times its coefficient. Types
/// are type words. Operands are not checked: where the instruction would halt, what is returned means nothing.
library TensorGasPools {
    using TensorChecks for uint256;
    using TensorGasCounts for uint256;

    /// @dev Bytes of x that take as long as a gap.
    uint256 private constant GAP_BYTES = 2048;

    /// @dev The window along one axis.
    struct Axis {
        uint256 input;
        uint256 window;
        uint256 stride;
        uint256 padBefore;
        uint256 windows;
        // Taps of all windows that lie in x.
        uint256 taps;
    }

    struct Pool {
        Axis height;
        Axis width;
        uint256 images;
        uint256 channels;
        uint256 lanes;
    }

    /// @notice Work of AVG_POOL2D and MAX_POOL2D.
    function pooled(
        TensorPrices memory p,
        uint256 attributes,
        uint256 x,
        uint256 output,
        bool isAverage
    ) internal pure returns (uint256 sum) {
        unchecked {
            Pool memory pool;
            pool.height = _axis(attributes, x.dimOf(1), output.dimOf(1));
            pool.width = _axis(attributes >> 16, x.dimOf(2), output.dimOf(2));
            (pool.images, pool.channels, pool.lanes) = (x.dimOf(0), x.dimOf(3), 16 / x.elementBytesOf());
            (uint256 vectors, uint256 folds, uint256 windows) = _folded(pool);
            if (isAverage) {
                (vectors, folds) = (2 * vectors, 3 * folds);
                // Where the count of taps changes, so does the divisor.
                uint256 whole = _wholeWindows(pool.width);
                uint256 divisors = pool.width.windows - whole + whole.min(1);
                windows += pool.images * pool.height.windows * divisors;
            }
            sum = p.pooledBytesQ16 * _coveredBytes(pool, pool.channels * x.elementBytesOf());
            sum += p.pooledVectorsQ16 * vectors.saturated() + p.pooledFoldsQ16 * folds.saturated();
            sum += p.pooledWindowsQ16 * windows.saturated();
        }
    }

    /// @dev Vectors, folds and windows. With fewer channels than lanes, small windows side by side are folded together.
    function _folded(Pool memory pool) private pure returns (uint256 vectors, uint256 folds, uint256 windows) {
        unchecked {
            (Axis memory height, Axis memory width) = (pool.height, pool.width);
            uint256 rows = pool.images * height.windows;
            if (
                pool.channels < pool.lanes && width.stride <= width.window && height.window * width.window <= 255
            ) {
                uint256 between = (width.windows - 1) * width.stride;
                uint256 span = width.input.min(between + width.window - width.padBefore);
                uint256 folded = (span * pool.channels).parts(pool.lanes);
                uint256 dense = width.windows.min(((between + 1) * pool.channels).parts(pool.lanes));
                vectors = pool.images * height.taps * folded + rows * dense * width.window;
                if (width.stride > 1 && width.stride * pool.channels <= pool.lanes) vectors += rows * width.windows;
                return (vectors, rows * (folded + dense), 2 * rows);
            }
            uint256 parts = pool.channels.parts(pool.lanes);
            windows = rows * width.windows;
            return (pool.images * height.taps * width.taps * parts, windows * parts, windows);
        }
    }

    /// @dev Bytes of x that windows cover. What lies between or beside them is read or skipped, whichever is less.
    function _coveredBytes(Pool memory pool, uint256 pixelBytes) private pure returns (uint256) {
        unchecked {
            (Axis memory height, Axis memory width) = (pool.height, pool.width);
            uint256 rowBytes = width.input * pixelBytes;
            uint256 gaps = (width.stride > width.window ? width.windows : 1) * GAP_BYTES;
            uint256 row = rowBytes.min(width.input.min(width.taps) * pixelBytes + gaps);
            gaps = (height.stride > height.window ? height.windows : 1) * GAP_BYTES;
            uint256 image = (height.input * rowBytes).min(height.input.min(height.taps) * row + gaps);
            return (pool.images * image).roundUp(16);
        }
    }

    /// @dev Windows along an axis of which no tap lies in the padding.
    function _wholeWindows(Axis memory axis) private pure returns (uint256) {
        unchecked {
            if (axis.input + axis.padBefore < axis.window) return 0;
            uint256 end = axis.windows.min((axis.input + axis.padBefore - axis.window) / axis.stride + 1);
            uint256 start = axis.padBefore.parts(axis.stride);
            return start < end ? end - start : 0;
        }
    }

    /// @dev The pad before, the one after, the window and the stride are every second field of 16 bits.
    function _axis(uint256 fields, uint256 input, uint256 windows) private pure returns (Axis memory axis) {
        unchecked {
            (axis.input, axis.windows, axis.padBefore) = (input, windows, uint16(fields));
            (axis.window, axis.stride) = (uint16(fields >> 64) + uint256(1), uint16(fields >> 96) + uint256(1));
            uint256 reached = (windows - 1) * axis.stride + axis.window;
            uint256 end = input + axis.padBefore;
            axis.taps = windows * axis.window - _paddingTaps(axis.padBefore, axis);
            if (reached > end) axis.taps -= _paddingTaps(reached - end, axis);
        }
    }

    /// @dev Taps of all windows along an axis that lie in the padding at one end, `pad` of which the window there has.
    function _paddingTaps(uint256 pad, Axis memory axis) private pure returns (uint256) {
        unchecked {
            uint256 padded = axis.windows.min(pad.parts(axis.stride));
            // Without padding there is none padded, and 0 * (0 - 1) is 0.
            return padded * pad - (axis.stride * padded * (padded - 1)) / 2;
        }
    }
}
