// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorErrors} from "./TensorErrors.sol";
import {TensorInstructions} from "./TensorInstructions.sol";

/// @notice Type of a tensor's elements: {INT8}, {INT16} or {INT32}.
type DType is uint256;

/// @dev Signed 8-bit elements.
DType constant INT8 = DType.wrap(TensorInstructions.INT8);
/// @dev Signed 16-bit elements.
DType constant INT16 = DType.wrap(TensorInstructions.INT16);
/// @dev Signed 32-bit elements.
DType constant INT32 = DType.wrap(TensorInstructions.INT32);

/// @notice Dimensions of a tensor, outermost first: one to six of them, each 1..2^24-1. Made by {shape}.
/// @dev A type word without its dtype: the rank in bits 8..15, then 32 bits a dimension from bit 16 on.
type Shape is uint256;

/// @notice One number for each of some axes: an index, a size, a multiple, or an axis. Made by {axes}.
/// @dev Laid out as {Shape}; numbers are 0..2^32-1.
type Axes is uint256;

using DTypes for DType global;
using Shapes for Shape global;
using AxisLists for Axes global;
using {sameDType as ==, otherDType as !=} for DType global;
using {sameShape as ==, otherShape as !=} for Shape global;

/// @notice Whether two dtypes are the same.
function sameDType(DType a, DType b) pure returns (bool) {
    return DType.unwrap(a) == DType.unwrap(b);
}

/// @notice Whether two dtypes differ.
function otherDType(DType a, DType b) pure returns (bool) {
    return DType.unwrap(a) != DType.unwrap(b);
}

/// @notice Whether two shapes have the same rank and dimensions.
function sameShape(Shape a, Shape b) pure returns (bool) {
    return Shape.unwrap(a) == Shape.unwrap(b);
}

/// @notice Whether two shapes differ in rank or a dimension.
function otherShape(Shape a, Shape b) pure returns (bool) {
    return Shape.unwrap(a) != Shape.unwrap(b);
}

/// @notice Shape of a vector.
/// @param d0 elements, 1..2^24-1
/// @return the shape [d0]
function shape(uint256 d0) pure returns (Shape) {
    return Shape.wrap(0x100 | dimension(0, d0) << 16);
}

/// @notice Shape of a matrix.
/// @param d0 rows, 1..2^24-1
/// @param d1 columns, 1..2^24-1
/// @return the shape [d0, d1]
function shape(uint256 d0, uint256 d1) pure returns (Shape) {
    return Shape.wrap(0x200 | dimension(0, d0) << 16 | dimension(1, d1) << 48);
}

/// @notice Shape with three axes. Dimensions are 1..2^24-1.
/// @param d0 outermost dimension
/// @param d1 next dimension
/// @param d2 innermost dimension
/// @return the shape [d0, d1, d2]
function shape(uint256 d0, uint256 d1, uint256 d2) pure returns (Shape) {
    return Shape.wrap(0x300 | dimension(0, d0) << 16 | dimension(1, d1) << 48 | dimension(2, d2) << 80);
}

/// @notice Shape with four axes, as [N, H, W, C] of images. Dimensions are 1..2^24-1.
/// @param d0 outermost dimension
/// @param d1 next dimension
/// @param d2 next dimension
/// @param d3 innermost dimension
/// @return the shape [d0, d1, d2, d3]
function shape(uint256 d0, uint256 d1, uint256 d2, uint256 d3) pure returns (Shape) {
    uint256 outer = dimension(0, d0) << 16 | dimension(1, d1) << 48;
    return Shape.wrap(0x400 | outer | dimension(2, d2) << 80 | dimension(3, d3) << 112);
}

/// @notice Shape with five axes. Dimensions are 1..2^24-1.
/// @param d0 outermost dimension
/// @param d1 next dimension
/// @param d2 next dimension
/// @param d3 next dimension
/// @param d4 innermost dimension
/// @return the shape [d0, d1, d2, d3, d4]
function shape(uint256 d0, uint256 d1, uint256 d2, uint256 d3, uint256 d4) pure returns (Shape) {
    uint256 outer = Shape.unwrap(shape(d0, d1, d2, d3)) & ~uint256(0xff00);
    return Shape.wrap(0x500 | outer | dimension(4, d4) << 144);
}

/// @notice Shape with six axes. Dimensions are 1..2^24-1.
/// @param d0 outermost dimension
/// @param d1 next dimension
/// @param d2 next dimension
/// @param d3 next dimension
/// @param d4 next dimension
/// @param d5 innermost dimension
/// @return the shape [d0, d1, d2, d3, d4, d5]
function shape(uint256 d0, uint256 d1, uint256 d2, uint256 d3, uint256 d4, uint256 d5) pure returns (Shape) {
    uint256 outer = Shape.unwrap(shape(d0, d1, d2, d3)) & ~uint256(0xff00);
    return Shape.wrap(0x600 | outer | dimension(4, d4) << 144 | dimension(5, d5) << 176);
}

/// @notice A number for one axis.
/// @param v0 0..2^32-1
/// @return the list [v0]
function axes(uint256 v0) pure returns (Axes) {
    return Axes.wrap(0x100 | axisValue(v0) << 16);
}

/// @notice A number for each of two axes, 0..2^32-1.
/// @param v0 of the outermost axis
/// @param v1 of the innermost axis
/// @return the list [v0, v1]
function axes(uint256 v0, uint256 v1) pure returns (Axes) {
    return Axes.wrap(0x200 | axisValue(v0) << 16 | axisValue(v1) << 48);
}

/// @notice A number for each of three axes, 0..2^32-1.
/// @param v0 of the outermost axis
/// @param v1 of the next axis
/// @param v2 of the innermost axis
/// @return the list [v0, v1, v2]
function axes(uint256 v0, uint256 v1, uint256 v2) pure returns (Axes) {
    return Axes.wrap(0x300 | axisValue(v0) << 16 | axisValue(v1) << 48 | axisValue(v2) << 80);
}

/// @notice A number for each of four axes, 0..2^32-1.
/// @param v0 of the outermost axis
/// @param v1 of the next axis
/// @param v2 of the next axis
/// @param v3 of the innermost axis
/// @return the list [v0, v1, v2, v3]
function axes(uint256 v0, uint256 v1, uint256 v2, uint256 v3) pure returns (Axes) {
    uint256 outer = axisValue(v0) << 16 | axisValue(v1) << 48;
    return Axes.wrap(0x400 | outer | axisValue(v2) << 80 | axisValue(v3) << 112);
}

/// @notice A number for each of five axes, 0..2^32-1.
/// @param v0 of the outermost axis
/// @param v1 of the next axis
/// @param v2 of the next axis
/// @param v3 of the next axis
/// @param v4 of the innermost axis
/// @return the list [v0, v1, v2, v3, v4]
function axes(uint256 v0, uint256 v1, uint256 v2, uint256 v3, uint256 v4) pure returns (Axes) {
    uint256 outer = Axes.unwrap(axes(v0, v1, v2, v3)) & ~uint256(0xff00);
    return Axes.wrap(0x500 | outer | axisValue(v4) << 144);
}

/// @notice A number for each of six axes, 0..2^32-1.
/// @param v0 of the outermost axis
/// @param v1 of the next axis
/// @param v2 of the next axis
/// @param v3 of the next axis
/// @param v4 of the next axis
/// @param v5 of the innermost axis
/// @return the list [v0, v1, v2, v3, v4, v5]
function axes(uint256 v0, uint256 v1, uint256 v2, uint256 v3, uint256 v4, uint256 v5) pure returns (Axes) {
    uint256 outer = Axes.unwrap(axes(v0, v1, v2, v3)) & ~uint256(0xff00);
    return Axes.wrap(0x600 | outer | axisValue(v4) << 144 | axisValue(v5) << 176);
}

/// @notice A dimension after its check.
/// @param axis which dimension it is, for the error
/// @param value the dimension
/// @return the dimension, 1..2^24-1
function dimension(uint256 axis, uint256 value) pure returns (uint256) {
    unchecked {
        // Zero wraps around and is too large.
        if (value - 1 >= TensorInstructions.MAX_DIMENSION)
            revert TensorErrors.DimensionOutOfRange(axis, value, TensorInstructions.MAX_DIMENSION);
    }
    return value;
}

/// @notice A number of an axis after its check.
/// @param value the number
/// @return the number, 0..2^32-1
function axisValue(uint256 value) pure returns (uint256) {
    if (value >> 32 != 0) {
        int256 shown = value >> 255 != 0 ? type(int256).max : int256(value);
        revert TensorErrors.ValueOutOfRange("axis value", shown, 0, 0xffffffff);
    }
    return value;
}

/// @title What a dtype says
library DTypes {
    /// @notice Bytes of one element.
    /// @param dtype a dtype
    /// @return 1, 2 or 4
    function bytesPerElement(DType dtype) internal pure returns (uint256) {
        unchecked {
            return 1 << (DType.unwrap(dtype) - 1);
        }
    }

    /// @notice Least value of an element.
    /// @param dtype a dtype
    /// @return -2^7, -2^15 or -2^31
    function min(DType dtype) internal pure returns (int256) {
        unchecked {
            return -max(dtype) - 1;
        }
    }

    /// @notice Greatest value of an element.
    /// @param dtype a dtype
    /// @return 2^7-1, 2^15-1 or 2^31-1
    function max(DType dtype) internal pure returns (int256) {
        unchecked {
            return int256((1 << (8 * bytesPerElement(dtype) - 1)) - 1);
        }
    }
}

/// @title What a shape says
library Shapes {
    /// @notice Number of axes.
    /// @param self a shape
    /// @return 1..6
    function rank(Shape self) internal pure returns (uint256) {
        return (Shape.unwrap(self) >> 8) & 0xff;
    }

    /// @notice Dimension of an axis. Reverts with AxisOutOfRange beyond the rank.
    /// @param self a shape
    /// @param axis from 0, the outermost
    /// @return 1..2^24-1
    function dim(Shape self, uint256 axis) internal pure returns (uint256) {
        unchecked {
            if (axis >= rank(self)) revert TensorErrors.AxisOutOfRange(axis, rank(self));
            // axis is at most 255.
            return (Shape.unwrap(self) >> (16 + 32 * axis)) & 0xffffffff;
        }
    }

    /// @notice Number of elements: the product of the dimensions.
    /// @param self a shape
    /// @return count elements
    function elements(Shape self) internal pure returns (uint256 count) {
        unchecked {
            // At most six dimensions below 2^32: the product is below 2^192.
            count = 1;
            for (uint256 rest = Shape.unwrap(self) >> 16; rest != 0; rest >>= 32) count *= rest & 0xffffffff;
        }
    }

    /// @notice Dimensions as a list in memory.
    /// @param self a shape
    /// @return list dimensions, outermost first
    function toArray(Shape self) internal pure returns (uint256[] memory list) {
        unchecked {
            list = new uint256[](rank(self));
            for (uint256 axis; axis < list.length; ++axis) {
                list[axis] = (Shape.unwrap(self) >> (16 + 32 * axis)) & 0xffffffff;
            }
        }
    }
}

/// @title What a list of numbers for axes says
library AxisLists {
    /// @notice How many numbers there are.
    /// @param self a list
    /// @return 1..6
    function length(Axes self) internal pure returns (uint256) {
        return Shapes.rank(Shape.wrap(Axes.unwrap(self)));
    }

    /// @notice The number of an axis. Reverts with AxisOutOfRange beyond the list.
    /// @param self a list
    /// @param axis from 0, the outermost
    /// @return 0..2^32-1
    function get(Axes self, uint256 axis) internal pure returns (uint256) {
        return Shapes.dim(Shape.wrap(Axes.unwrap(self)), axis);
    }

    /// @notice The numbers as a list in memory.
    /// @param self a list
    /// @return of each axis, outermost first
    function toArray(Axes self) internal pure returns (uint256[] memory) {
        return Shapes.toArray(Shape.wrap(Axes.unwrap(self)));
    }
}
