// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {INT8} from "./TensorTypes.sol";
import {Window, Windows} from "./Window.sol";

/// @title Pools
/// @notice Attached to every tensor: `x.maxPool2d(2, 2)`. Each checks its operands first and reverts with one of
/// {TensorErrors}; the instructions of the same names in {TensorInstructions} halt instead.
library TensorPools {
    /// @notice Averages of windows next to each other, rounded to nearest, halves away from zero.
    /// @param x int8 [N,H,W,C]
    /// @param height rows of a window, 1..2^16
    /// @param width columns of a window, 1..2^16
    /// @return int8 [N,H div height,W div width,C]
    function avgPool2d(Tensor x, uint256 height, uint256 width) internal pure returns (Tensor) {
        return avgPool2d(x, height, width, _sideBySide(height, width));
    }

    /// @notice Averages of windows, rounded to nearest, halves away from zero. Padding does not count.
    /// @param x int8 [N,H,W,C]
    /// @param height rows of a window, 1..2^16
    /// @param width columns of a window, 1..2^16
    /// @param window pads and strides
    /// @return int8 [N,OH,OW,C]
    function avgPool2d(Tensor x, uint256 height, uint256 width, Window window) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        TensorChecks.requireDType("x", xType, INT8);
        return TensorInstructions.avgPool2d(_checkPool(xType, height, width, window), x);
    }

    /// @notice Greatest elements of windows next to each other.
    /// @param x any dtype [N,H,W,C]
    /// @param height rows of a window, 1..2^16
    /// @param width columns of a window, 1..2^16
    /// @return the dtype of x, [N,H div height,W div width,C]
    function maxPool2d(Tensor x, uint256 height, uint256 width) internal pure returns (Tensor) {
        return maxPool2d(x, height, width, _sideBySide(height, width));
    }

    /// @notice Greatest elements of windows. Padding does not count.
    /// @param x any dtype [N,H,W,C]
    /// @param height rows of a window, 1..2^16
    /// @param width columns of a window, 1..2^16
    /// @param window pads and strides
    /// @return the dtype of x, [N,OH,OW,C]
    function maxPool2d(Tensor x, uint256 height, uint256 width, Window window) internal pure returns (Tensor) {
        return TensorInstructions.maxPool2d(_checkPool(TensorInstructions.ttype(x), height, width, window), x);
    }

    function _sideBySide(uint256 height, uint256 width) private pure returns (Window) {
        return Windows.valid().withStride(height, width);
    }

    function _checkPool(
        uint256 xType,
        uint256 height,
        uint256 width,
        Window window
    ) private pure returns (uint256) {
        TensorChecks.requireRank("x", xType, 4);
        window.requireOneGroup();
        window.requireNoDilation();
        _requireWindow("height", height);
        _requireWindow("width", width);
        unchecked {
            uint256 placed = window.placed(
                TensorChecks.dimOf(xType, 1),
                TensorChecks.dimOf(xType, 2),
                height,
                width
            );
            _requirePad("top", placed >> 16, height);
            _requirePad("left", placed >> 32, width);
            _requirePad("bottom", placed >> 48, height);
            _requirePad("right", placed >> 64, width);
            _checkPoolReach(xType, height, width);
            uint256 pads = (placed >> 16) & 0xffffffffffffffff;
            uint256 strides = (placed >> 80) & 0xffffffff;
            return pads | ((height - 1) << 64) | ((width - 1) << 80) | (strides << 96);
        }
    }

    function _checkPoolReach(uint256 xType, uint256 height, uint256 width) private pure {
        unchecked {
            (uint256 inputH, uint256 inputW) = (TensorChecks.dimOf(xType, 1), TensorChecks.dimOf(xType, 2));
            uint256 rowsRead = height < inputH ? height : inputH;
            uint256 columnsRead = width < inputW ? width : inputW;
            bool isFlat = TensorChecks.dimOf(xType, 3) == 1;
            TensorChecks.requireReach(
                isFlat
                    ? TensorChecks.leavesOf(xType, rowsRead, columnsRead)
                    : TensorChecks.leavesOf(xType, rowsRead * columnsRead, 1)
            );
        }
    }

    function _requireWindow(bytes32 what, uint256 length) private pure {
        unchecked {
            // Zero wraps around and is too large.
            if (length - 1 > 0xffff) TensorChecks.revertRange(what, TensorChecks.shown(length), 1, 0x10000);
        }
    }

    function _requirePad(bytes32 what, uint256 field, uint256 length) private pure {
        unchecked {
            if (field & 0xffff >= length)
                TensorChecks.revertRange(what, int256(field & 0xffff), 0, int256(length) - 1);
        }
    }
}
