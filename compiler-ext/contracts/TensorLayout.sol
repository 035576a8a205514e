// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {Axes, DType, Shape} from "./TensorTypes.sol";

/// @title Functions that move elements
/// @notice Attached to every tensor: `x.reshape(shape(8, 8))`, `a.concat(b, 1)`. Each checks its operands first and
/// reverts with one of {TensorErrors}; the instructions of the same names in {TensorInstructions} halt instead.
library TensorLayout {
    /// @notice The elements in the same order under another shape.
    /// @param x any dtype
    /// @param dims shape with as many elements
    /// @return the dtype of x
    function reshape(Tensor x, Shape dims) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        uint256 found = TensorChecks.elementsOf(xType);
        if (found != dims.elements()) revert TensorErrors.ElementCountMismatch(found, dims.toArray());
        return TensorInstructions.reshape((xType & 0xff) | Shape.unwrap(dims), x);
    }

    /// @notice The elements as a vector.
    /// @dev Halts where there are 2^24 and more.
    /// @param x any dtype
    /// @return the dtype of x, [n]
    function flatten(Tensor x) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        return TensorInstructions.reshape((xType & 0xff) | 0x100 | (TensorChecks.elementsOf(xType) << 16), x);
    }

    /// @notice A matrix with rows and columns exchanged.
    /// @param x any dtype [M,N]
    /// @return the dtype of x, [N,M]
    function transpose(Tensor x) internal pure returns (Tensor) {
        TensorChecks.requireRank("x", TensorInstructions.ttype(x), 2);
        return TensorInstructions.transpose(1, x);
    }

    /// @notice The axes in another order: axis k of the result is axis permutation[k] of x.
    /// @param x any dtype
    /// @param permutation each axis of x once
    /// @return the dtype of x
    function transpose(Tensor x, Axes permutation) internal pure returns (Tensor) {
        uint256 rank = TensorChecks.rankOf(TensorInstructions.ttype(x));
        unchecked {
            uint256 attributes;
            uint256 seen;
            for (uint256 i = permutation.length(); i > 0; --i) {
                uint256 axis = permutation.get(i - 1);
                attributes = (attributes << 4) | (axis & 0xf);
                seen |= 1 << axis;
            }
            if (permutation.length() != rank || seen != (1 << rank) - 1)
                revert TensorErrors.NotAPermutation(permutation.toArray(), rank);
            return TensorInstructions.transpose(attributes, x);
        }
    }

    /// @notice A block of a tensor. Reverts with IndexOutOfRange when it reaches past the end of an axis.
    /// @param x any dtype
    /// @param begin first index along each axis
    /// @param size elements along each axis
    /// @return the dtype of x, of shape size
    function slice(Tensor x, Axes begin, Shape size) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        _requireSlice(xType, begin, size, 0);
        return TensorInstructions.slice(Axes.unwrap(begin) >> 16, Shape.unwrap(size) >> 16, 0, x);
    }

    /// @notice Elements of a tensor at equal distances. Reverts with IndexOutOfRange when they reach past the end of an
    /// axis.
    /// @param x any dtype
    /// @param begin first index along each axis
    /// @param size elements along each axis
    /// @param stride distance along each axis, 1..2^32-1
    /// @return the dtype of x, of shape size
    function slice(Tensor x, Axes begin, Shape size, Axes stride) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        uint256 stored = _strides(stride, TensorChecks.rankOf(xType));
        _requireSlice(xType, begin, size, stored);
        return TensorInstructions.slice(Axes.unwrap(begin) >> 16, Shape.unwrap(size) >> 16, stored, x);
    }

    /// @notice Rows of a tensor: indices of its outermost axis, with all that belongs to them.
    /// @param x any dtype
    /// @param first first row
    /// @param count rows, at least 1
    /// @return the dtype of x, with count as outermost dimension
    function rows(Tensor x, uint256 first, uint256 count) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        unchecked {
            uint256 length = TensorChecks.dimOf(xType, 0);
            if (count == 0 || count > length) revert TensorErrors.DimensionOutOfRange(0, count, length);
            if (first > length - count) revert TensorErrors.IndexOutOfRange(first + count - 1, length);
            return TensorInstructions.slice(first, TensorChecks.withDim(xType, 0, count) >> 16, 0, x);
        }
    }

    /// @notice A tensor with a value around it.
    /// @param x any dtype
    /// @param value of the padding, in the range of the dtype
    /// @param before elements before each axis, 0..2^16-1
    /// @param behind elements after each axis, 0..2^16-1
    /// @return the dtype of x, each dimension grown by its pads
    function pad(Tensor x, int256 value, Axes before, Axes behind) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        unchecked {
            DType elementType = DType.wrap(xType & 0xff);
            TensorChecks.requireRange("value", value, elementType.min(), elementType.max());
            uint256 rank = TensorChecks.rankOf(xType);
            _requireLength("before", before, xType);
            _requireLength("behind", behind, xType);
            uint256 attributes = uint256(value) & 0xffffffff;
            for (uint256 axis; axis < rank; ++axis) {
                uint256 place = 32 + 32 * axis;
                attributes |= _padOf("before", before, axis) << place;
                attributes |= _padOf("behind", behind, axis) << (place + 16);
            }
            return TensorInstructions.pad(attributes, x);
        }
    }

    /// @notice Two tensors one after the other along an axis.
    /// @param a any dtype
    /// @param b the dtype of a, and its shape but for the axis
    /// @param axis from 0, the outermost
    /// @return the dtype of a, with the dimensions of the axis added
    function concat(Tensor a, Tensor b, uint256 axis) internal pure returns (Tensor) {
        (uint256 aType, uint256 bType) = (TensorInstructions.ttype(a), TensorInstructions.ttype(b));
        TensorChecks.requireAxis(axis, TensorChecks.rankOf(aType));
        TensorChecks.requireDType("b", bType, DType.wrap(aType & 0xff));
        TensorChecks.requireShape(
            "b",
            bType,
            TensorChecks.withDim(aType, axis, TensorChecks.dimOf(bType, axis))
        );
        return TensorInstructions.concat(axis, a, b);
    }

    /// @notice Rows of a table: indices of its outermost axis. An index below 0 gives row 0, one past the end the last.
    /// @param rowsTable any dtype [R,..]
    /// @param indices any dtype and shape
    /// @return the dtype of the table, of the shape of the indices followed by that of a row; at most six axes
    function gather(Tensor rowsTable, Tensor indices) internal pure returns (Tensor) {
        unchecked {
            uint256 indicesType = TensorInstructions.ttype(indices);
            uint256 most = TensorInstructions.MAX_RANK + 1 - TensorChecks.rankOf(TensorInstructions.ttype(rowsTable));
            if (TensorChecks.rankOf(indicesType) > most) TensorChecks.requireRank("indices", indicesType, most);
            return TensorInstructions.gather(rowsTable, indices);
        }
    }

    /// @notice Copies of a tensor side by side.
    /// @param x any dtype
    /// @param multiples copies along each axis, at least 1
    /// @return the dtype of x, each dimension times its multiple
    function tile(Tensor x, Axes multiples) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        _requireLength("multiples", multiples, xType);
        unchecked {
            for (uint256 axis; axis < multiples.length(); ++axis) {
                uint256 most = TensorInstructions.MAX_DIMENSION / TensorChecks.dimOf(xType, axis);
                uint256 multiple = multiples.get(axis);
                if (multiple == 0 || multiple > most)
                    revert TensorErrors.DimensionOutOfRange(axis, multiple, most);
            }
        }
        return TensorInstructions.tile(Axes.unwrap(multiples) >> 16, x);
    }

    /// @dev Checks that a list has a number for each axis of a type.
    function _requireLength(bytes32 operand, Axes list, uint256 typeWord) private pure {
        TensorChecks.requireRank(operand, Axes.unwrap(list), TensorChecks.rankOf(typeWord));
    }

    function _padOf(bytes32 operand, Axes list, uint256 axis) private pure returns (uint256 value) {
        value = list.get(axis);
        if (value > 0xffff) TensorChecks.revertRange(operand, int256(value), 0, 0xffff);
    }

    /// @dev Strides as SLICE takes them: each less one.
    function _strides(Axes stride, uint256 rank) private pure returns (uint256 stored) {
        TensorChecks.requireRank("stride", Axes.unwrap(stride), rank);
        unchecked {
            for (uint256 axis = rank; axis > 0; --axis) {
                uint256 step = stride.get(axis - 1);
                if (step == 0) TensorChecks.revertRange("stride", 0, 1, 0xffffffff);
                stored = (stored << 32) | (step - 1);
            }
        }
    }

    function _requireSlice(uint256 xType, Axes begin, Shape size, uint256 strides) private pure {
        _requireLength("begin", begin, xType);
        TensorChecks.requireRank("size", Shape.unwrap(size), TensorChecks.rankOf(xType));
        unchecked {
            for (uint256 axis; axis < begin.length(); ++axis) {
                uint256 length = TensorChecks.dimOf(xType, axis);
                uint256 step = ((strides >> (32 * axis)) & 0xffffffff) + 1;
                // Sizes and steps are at most 2^32.
                uint256 last = begin.get(axis) + (size.dim(axis) - 1) * step;
                if (last >= length) revert TensorErrors.IndexOutOfRange(last, length);
            }
        }
    }
}
