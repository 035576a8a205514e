// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Fields, SoftMachine, SoftTensor} from "./SoftMachine.sol";

/// @title Instructions that move elements
library SoftLayout {
    function reshape(uint256 typeWord, uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        (uint256 dtype, uint256[] memory shape) = SoftMachine.decodeType(typeWord);
        SoftMachine.check(dtype == x.dtype && SoftMachine.elements(shape) == x.data.length);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(dtype, shape);
        for (uint256 i; i < x.data.length; ++i) output.data[i] = x.data[i];
    }

    function transpose(uint256 attributes, uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        Fields memory fields = Fields(attributes);
        uint256 rank = x.shape.length;
        uint256[] memory from = new uint256[](rank);
        uint256[] memory shape = new uint256[](rank);
        uint256 seen;
        for (uint256 axis; axis < SoftMachine.MAX_RANK; ++axis) {
            uint256 value = fields.take(4);
            if (axis >= rank) {
                SoftMachine.check(value == 0);
                continue;
            }
            SoftMachine.check(value < rank && (seen >> value) & 1 == 0);
            seen |= 1 << value;
            (from[axis], shape[axis]) = (value, x.shape[value]);
        }
        fields.finish();
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(x.dtype, shape);
        uint256[] memory to = new uint256[](rank);
        uint256[] memory position = new uint256[](rank);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, shape, to);
            for (uint256 axis; axis < rank; ++axis) position[from[axis]] = to[axis];
            output.data[i] = x.data[SoftMachine.ravel(position, x.shape)];
        }
    }

    function slice(
        uint256 beginWord,
        uint256 sizeWord,
        uint256 strideWord,
        uint256 xHandle
    ) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        uint256 rank = x.shape.length;
        uint256[] memory begin = SoftMachine.unpackAxes(beginWord, rank);
        uint256[] memory size = SoftMachine.unpackAxes(sizeWord, rank);
        uint256[] memory stride = SoftMachine.unpackAxes(strideWord, rank);
        for (uint256 axis; axis < rank; ++axis) {
            ++stride[axis];
            SoftMachine.check(size[axis] >= 1 && begin[axis] + (size[axis] - 1) * stride[axis] < x.shape[axis]);
        }
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(x.dtype, size);
        uint256[] memory position = new uint256[](rank);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, size, position);
            for (uint256 axis; axis < rank; ++axis) position[axis] = begin[axis] + position[axis] * stride[axis];
            output.data[i] = x.data[SoftMachine.ravel(position, x.shape)];
        }
    }

    function pad(uint256 attributes, uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        Fields memory fields = Fields(attributes);
        int256 value = fields.takeSigned(32);
        SoftMachine.check(value >= SoftMachine.least(x.dtype) && value <= SoftMachine.greatest(x.dtype));
        uint256 rank = x.shape.length;
        uint256[] memory before = new uint256[](rank);
        uint256[] memory shape = new uint256[](rank);
        for (uint256 axis; axis < rank; ++axis) {
            before[axis] = fields.take(16);
            shape[axis] = before[axis] + x.shape[axis] + fields.take(16);
        }
        // Pads beyond the rank are bits that nothing read.
        fields.finish();
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(x.dtype, shape);
        for (uint256 i; i < output.data.length; ++i) output.data[i] = value;
        uint256[] memory position = new uint256[](rank);
        for (uint256 i; i < x.data.length; ++i) {
            SoftMachine.unravel(i, x.shape, position);
            for (uint256 axis; axis < rank; ++axis) position[axis] += before[axis];
            output.data[SoftMachine.ravel(position, shape)] = x.data[i];
        }
    }

    function concat(uint256 axis, uint256 aHandle, uint256 bHandle) internal pure returns (uint256 handle) {
        SoftTensor memory a = SoftMachine.tensorOf(aHandle);
        SoftTensor memory b = SoftMachine.tensorOf(bHandle);
        uint256 rank = a.shape.length;
        SoftMachine.check(axis < rank && a.dtype == b.dtype && b.shape.length == rank);
        uint256[] memory shape = new uint256[](rank);
        for (uint256 i; i < rank; ++i) {
            SoftMachine.check(i == axis || a.shape[i] == b.shape[i]);
            shape[i] = i == axis ? a.shape[i] + b.shape[i] : a.shape[i];
        }
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(a.dtype, shape);
        place(a, output, axis, 0);
        place(b, output, axis, a.shape[axis]);
    }

    /// @dev Copies a part to where it begins along an axis.
    function place(SoftTensor memory part, SoftTensor memory whole, uint256 axis, uint256 begin) private pure {
        uint256[] memory position = new uint256[](part.shape.length);
        for (uint256 i; i < part.data.length; ++i) {
            SoftMachine.unravel(i, part.shape, position);
            position[axis] += begin;
            whole.data[SoftMachine.ravel(position, whole.shape)] = part.data[i];
        }
    }

    function gather(uint256 tableHandle, uint256 indicesHandle) internal pure returns (uint256 handle) {
        SoftTensor memory t = SoftMachine.tensorOf(tableHandle);
        SoftTensor memory indices = SoftMachine.tensorOf(indicesHandle);
        uint256 rank = indices.shape.length + t.shape.length - 1;
        SoftMachine.check(rank <= SoftMachine.MAX_RANK);
        uint256[] memory shape = new uint256[](rank);
        for (uint256 axis; axis < rank; ++axis) {
            bool isIndex = axis < indices.shape.length;
            shape[axis] = isIndex ? indices.shape[axis] : t.shape[axis + 1 - indices.shape.length];
        }
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(t.dtype, shape);
        int256 last = int256(t.shape[0]) - 1;
        uint256 rowLength = t.data.length / t.shape[0];
        for (uint256 i; i < indices.data.length; ++i) {
            int256 row = indices.data[i];
            if (row < 0) row = 0;
            if (row > last) row = last;
            for (uint256 j; j < rowLength; ++j)
                output.data[i * rowLength + j] = t.data[uint256(row) * rowLength + j];
        }
    }

    function tile(uint256 multiplesWord, uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        uint256 rank = x.shape.length;
        uint256[] memory shape = SoftMachine.unpackAxes(multiplesWord, rank);
        // A multiple of 0 makes a dimension of 0, which no tensor has.
        for (uint256 axis; axis < rank; ++axis) shape[axis] *= x.shape[axis];
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(x.dtype, shape);
        uint256[] memory position = new uint256[](rank);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, shape, position);
            for (uint256 axis; axis < rank; ++axis) position[axis] %= x.shape[axis];
            output.data[i] = x.data[SoftMachine.ravel(position, x.shape)];
        }
    }
}
