// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {Axes, DType, INT32, Shape} from "./TensorTypes.sol";

/// @title Reductions
/// @notice Attached to every tensor: `y.argmax()`, `x.reduceSum(1)`. Each checks axes and ranges first and reverts with
/// one of {TensorErrors}; the instructions of the same names in {TensorInstructions} halt instead.
library TensorReductions {
    /// @notice Sum along one axis modulo 2^32, which disappears; a vector becomes [1].
    /// @param x any dtype, with zero point 0
    /// @param axis from 0, the outermost
    /// @return int32
    function reduceSum(Tensor x, uint256 axis) internal pure returns (Tensor) {
        return TensorInstructions.reduceSum(_requireAxis(x, axis), x);
    }

    /// @notice Sum over several axes modulo 2^32, of what is above the zero point.
    /// @param x any dtype
    /// @param over axes that are summed over
    /// @param keepDims whether they stay, as dimensions of 1
    /// @param zeroPoint what stands for 0 in x, in the range of its dtype; 0 for int32
    /// @return int32
    function reduceSum(Tensor x, Axes over, bool keepDims, int256 zeroPoint) internal pure returns (Tensor) {
        DType elementType = x.dtype();
        bool isWide = elementType == INT32;
        TensorChecks.requireRange(
            "zero point",
            zeroPoint,
            isWide ? int256(0) : elementType.min(),
            isWide ? int256(0) : elementType.max()
        );
        uint256 attributes = _requireAxes(x, over, keepDims);
        return TensorInstructions.reduceSum(attributes | ((uint256(zeroPoint) & 0xffff) << 7), x);
    }

    /// @notice Greatest element along one axis, which disappears; a vector becomes [1].
    /// @param x any dtype
    /// @param axis from 0, the outermost
    /// @return the dtype of x
    function reduceMax(Tensor x, uint256 axis) internal pure returns (Tensor) {
        return TensorInstructions.reduceMax(_requireAxis(x, axis), x);
    }

    /// @notice Greatest element over several axes.
    /// @param x any dtype
    /// @param over axes that are searched
    /// @param keepDims whether they stay, as dimensions of 1
    /// @return the dtype of x
    function reduceMax(Tensor x, Axes over, bool keepDims) internal pure returns (Tensor) {
        return TensorInstructions.reduceMax(_requireAxes(x, over, keepDims), x);
    }

    /// @notice Least element along one axis, which disappears; a vector becomes [1].
    /// @param x any dtype
    /// @param axis from 0, the outermost
    /// @return the dtype of x
    function reduceMin(Tensor x, uint256 axis) internal pure returns (Tensor) {
        return TensorInstructions.reduceMin(_requireAxis(x, axis), x);
    }

    /// @notice Least element over several axes.
    /// @param x any dtype
    /// @param over axes that are searched
    /// @param keepDims whether they stay, as dimensions of 1
    /// @return the dtype of x
    function reduceMin(Tensor x, Axes over, bool keepDims) internal pure returns (Tensor) {
        return TensorInstructions.reduceMin(_requireAxes(x, over, keepDims), x);
    }

    /// @notice Position of the greatest element of a vector, the lowest of equals. Reverts with NotAVector when a
    /// dimension but the last is not 1.
    /// @param x any dtype, [n] or [1,..,1,n]
    /// @return position 0..n-1
    function argmax(Tensor x) internal pure returns (uint256 position) {
        uint256 xType = TensorInstructions.ttype(x);
        unchecked {
            uint256 rank = TensorChecks.rankOf(xType);
            uint256 length = TensorChecks.dimOf(xType, rank - 1);
            if (TensorChecks.elementsOf(xType) != length)
                revert TensorErrors.NotAVector(Shape.wrap(xType).toArray());
            // Of a vector, the whole of it is read.
            uint256 bytesRead = length * TensorChecks.elementBytesOf(xType);
            if (bytesRead > 256 * TensorInstructions.MAX_REACH_LEAVES)
                TensorChecks.requireReach((bytesRead + 255) / 256);
            Tensor found = TensorInstructions.argmax(rank - 1, x);
            TensorInstructions.tmstore(found, 0);
            found.free();
            assembly ("memory-safe") {
                // A little-endian int32 below 2^24.
                let stored := mload(0)
                position := or(byte(0, stored), or(shl(8, byte(1, stored)), shl(16, byte(2, stored))))
            }
        }
    }

    /// @notice Position of the greatest element along one axis, which disappears; of equals, the lowest.
    /// @param x any dtype
    /// @param axis from 0, the outermost
    /// @return int32; a vector gives [1]
    function argmax(Tensor x, uint256 axis) internal pure returns (Tensor) {
        _requireAxis(x, axis);
        return TensorInstructions.argmax(axis, x);
    }

    /// @dev Checks one axis of a reduction, and gives its bit.
    function _requireAxis(Tensor x, uint256 axis) private pure returns (uint256) {
        uint256 xType = TensorInstructions.ttype(x);
        TensorChecks.requireAxis(axis, TensorChecks.rankOf(xType));
        _requireReductionReach(xType, 1 << axis);
        return 1 << axis;
    }

    /// @dev Checks the axes of a reduction, and gives the low bits of its attribute word.
    function _requireAxes(Tensor x, Axes over, bool keepDims) private pure returns (uint256 attributes) {
        uint256 xType = TensorInstructions.ttype(x);
        unchecked {
            for (uint256 i; i < over.length(); ++i) {
                uint256 axis = over.get(i);
                TensorChecks.requireAxis(axis, TensorChecks.rankOf(xType));
                attributes |= 1 << axis;
            }
            _requireReductionReach(xType, attributes);
            if (keepDims) attributes |= 1 << 6;
        }
    }

    /// @dev Of a reduction, an output element reads a run of the reduced axes after the last kept one, once for each
    /// index of the reduced axes before that.
    function _requireReductionReach(uint256 xType, uint256 reduced) private pure {
        unchecked {
            // A tensor of 96 leaves or fewer is within reach whatever is reduced.
            if (TensorChecks.bytesOf(xType) <= 256 * TensorInstructions.MAX_REACH_LEAVES) return;
            (uint256 runs, uint256 run) = (1, 1);
            bool isInRun = true;
            for (uint256 axis = TensorChecks.rankOf(xType); axis > 0; --axis) {
                uint256 length = TensorChecks.dimOf(xType, axis - 1);
                if ((reduced >> (axis - 1)) & 1 == 0) isInRun = false;
                else if (isInRun) run *= length;
                else runs *= length;
            }
            TensorChecks.requireReach(TensorChecks.leavesOf(xType, runs, run));
        }
    }
}
