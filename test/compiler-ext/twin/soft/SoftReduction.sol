// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Fields, SoftMachine, SoftTensor} from "./SoftMachine.sol";

/// @notice Windows over rows and columns.
struct Windows {
    SoftTensor x;
    uint256 padTop;
    uint256 padLeft;
    uint256 padBottom;
    uint256 padRight;
    uint256 windowH;
    uint256 windowW;
    uint256 strideH;
    uint256 strideW;
    uint256[] position;
}

/// @title Reductions over axes and windows
library SoftReduction {
    enum Merge {
        Sum,
        Greatest,
        Least
    }

    function reduceSum(uint256 attributes, uint256 xHandle) internal pure returns (uint256) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        Fields memory fields = Fields(attributes);
        uint256 axes = fields.take(6);
        bool keep = fields.take(1) == 1;
        int256 zeroPoint = fields.takeSigned(16);
        fields.finish();
        SoftMachine.check(x.dtype != SoftMachine.INT32 || zeroPoint == 0);
        SoftMachine.check(zeroPoint >= SoftMachine.least(x.dtype) && zeroPoint <= SoftMachine.greatest(x.dtype));
        return reduce(x, axes, keep, SoftMachine.INT32, zeroPoint, Merge.Sum);
    }

    function reduceMax(uint256 attributes, uint256 x) internal pure returns (uint256) {
        return reduceTo(attributes, x, Merge.Greatest);
    }

    function reduceMin(uint256 attributes, uint256 x) internal pure returns (uint256) {
        return reduceTo(attributes, x, Merge.Least);
    }

    function reduceTo(
        uint256 attributes,
        uint256 xHandle,
        Merge merge
    ) private pure returns (uint256) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        Fields memory fields = Fields(attributes);
        uint256 axes = fields.take(6);
        bool keep = fields.take(1) == 1;
        fields.finish();
        return reduce(x, axes, keep, x.dtype, 0, merge);
    }

    function merged(Merge merge, int256 a, int256 b) private pure returns (int256) {
        if (merge == Merge.Sum) return SoftMachine.wrap32(a + b);
        return (a > b) == (merge == Merge.Greatest) ? a : b;
    }

    function reduce(
        SoftTensor memory x,
        uint256 axes,
        bool keep,
        uint256 dtype,
        int256 zeroPoint,
        Merge merge
    ) private pure returns (uint256 handle) {
        SoftMachine.check(axes != 0 && axes >> x.shape.length == 0);
        checkReach(x, axes);
        uint256[] memory kept = keptShape(x.shape, axes);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(dtype, keep ? kept : withoutAxes(x.shape, axes));
        // In order of x: the first element that meets one of the output is its value, the others are merged into it.
        bool[] memory met = new bool[](output.data.length);
        uint256[] memory position = new uint256[](x.shape.length);
        for (uint256 i; i < x.data.length; ++i) {
            SoftMachine.unravel(i, x.shape, position);
            for (uint256 axis; axis < position.length; ++axis) if ((axes >> axis) & 1 == 1) position[axis] = 0;
            uint256 to = SoftMachine.ravel(position, kept);
            int256 value = x.data[i] - zeroPoint;
            output.data[to] = met[to] ? merged(merge, output.data[to], value) : value;
            met[to] = true;
        }
    }

    function argmax(uint256 axis, uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        SoftMachine.check(axis < x.shape.length);
        checkReach(x, 1 << axis);
        uint256[] memory kept = keptShape(x.shape, 1 << axis);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(SoftMachine.INT32, withoutAxes(x.shape, 1 << axis));
        uint256[] memory position = new uint256[](x.shape.length);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, kept, position);
            int256 best = x.data[SoftMachine.ravel(position, x.shape)];
            for (uint256 k = 1; k < x.shape[axis]; ++k) {
                position[axis] = k;
                int256 value = x.data[SoftMachine.ravel(position, x.shape)];
                if (value > best) (best, output.data[i]) = (value, int256(k));
            }
        }
    }

    function keptShape(uint256[] memory shape, uint256 axes) private pure returns (uint256[] memory kept) {
        kept = new uint256[](shape.length);
        for (uint256 axis; axis < shape.length; ++axis) kept[axis] = (axes >> axis) & 1 == 1 ? 1 : shape[axis];
    }

    function withoutAxes(uint256[] memory shape, uint256 axes) private pure returns (uint256[] memory rest) {
        uint256 rank;
        for (uint256 axis; axis < shape.length; ++axis) if ((axes >> axis) & 1 == 0) ++rank;
        rest = new uint256[](rank == 0 ? 1 : rank);
        rest[0] = 1;
        rank = 0;
        for (uint256 axis; axis < shape.length; ++axis) if ((axes >> axis) & 1 == 0) rest[rank++] = shape[axis];
    }

    function checkReach(SoftTensor memory x, uint256 axes) private pure {
        uint256 runs = 1;
        uint256 length = 1;
        for (uint256 axis; axis < x.shape.length; ++axis) {
            if ((axes >> axis) & 1 == 0) continue;
            bool keptAfter;
            for (uint256 later = axis + 1; later < x.shape.length; ++later)
                if ((axes >> later) & 1 == 0) keptAfter = true;
            if (keptAfter) runs *= x.shape[axis];
            else length *= x.shape[axis];
        }
        SoftMachine.checkReach(SoftMachine.leaves(x, runs, length));
    }

    function avgPool2d(uint256 attributes, uint256 xHandle) internal pure returns (uint256) {
        Windows memory windows = open(attributes, xHandle);
        SoftMachine.check(windows.x.dtype == SoftMachine.INT8);
        return pool(windows, true);
    }

    function maxPool2d(uint256 attributes, uint256 xHandle) internal pure returns (uint256) {
        return pool(open(attributes, xHandle), false);
    }

    function open(uint256 attributes, uint256 xHandle) private pure returns (Windows memory windows) {
        windows.x = SoftMachine.tensorOf(xHandle);
        Fields memory fields = Fields(attributes);
        windows.padTop = fields.take(16);
        windows.padLeft = fields.take(16);
        windows.padBottom = fields.take(16);
        windows.padRight = fields.take(16);
        windows.windowH = fields.take(16) + 1;
        windows.windowW = fields.take(16) + 1;
        windows.strideH = fields.take(16) + 1;
        windows.strideW = fields.take(16) + 1;
        fields.finish();
        SoftMachine.check(windows.padTop < windows.windowH && windows.padBottom < windows.windowH);
        SoftMachine.check(windows.padLeft < windows.windowW && windows.padRight < windows.windowW);
    }

    function pool(Windows memory windows, bool isAverage) private pure returns (uint256 handle) {
        uint256[] memory shape = windows.x.shape;
        SoftMachine.check(shape.length == 4);
        uint256 height = shape[1] + windows.padTop + windows.padBottom;
        uint256 width = shape[2] + windows.padLeft + windows.padRight;
        SoftMachine.check(windows.windowH <= height && windows.windowW <= width);
        uint256 rows = windows.windowH < shape[1] ? windows.windowH : shape[1];
        uint256 columns = windows.windowW < shape[2] ? windows.windowW : shape[2];
        SoftMachine.checkReach(
            shape[3] == 1
                ? SoftMachine.leaves(windows.x, rows, columns)
                : SoftMachine.leaves(windows.x, rows * columns, 1)
        );
        height = (height - windows.windowH) / windows.strideH + 1;
        width = (width - windows.windowW) / windows.strideW + 1;
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(windows.x.dtype, SoftMachine.shape4(shape[0], height, width, shape[3]));
        windows.position = new uint256[](4);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, output.shape, windows.position);
            int256[] memory values = elements(windows);
            output.data[i] = isAverage ? average(values) : greatest(values);
        }
    }

    /// @dev Where a window begins and ends along an axis, within x.
    function span(
        uint256 index,
        uint256 stride,
        uint256 window,
        uint256 padding,
        uint256 dimension
    ) private pure returns (uint256 begin, uint256 end) {
        begin = index * stride;
        end = begin + window < dimension + padding ? begin + window - padding : dimension;
        begin = begin < padding ? 0 : begin - padding;
    }

    /// @dev The elements of a window that are in x.
    function elements(Windows memory windows) private pure returns (int256[] memory values) {
        uint256[] memory place = windows.position;
        uint256[] memory shape = windows.x.shape;
        (uint256 top, uint256 bottom) = span(place[1], windows.strideH, windows.windowH, windows.padTop, shape[1]);
        (uint256 left, uint256 right) = span(place[2], windows.strideW, windows.windowW, windows.padLeft, shape[2]);
        values = new int256[]((bottom - top) * (right - left));
        uint256 width = right - left;
        for (uint256 i; i < values.length; ++i) {
            uint256 row = place[0] * shape[1] + top + i / width;
            values[i] = windows.x.data[(row * shape[2] + left + (i % width)) * shape[3] + place[3]];
        }
    }

    function average(int256[] memory values) private pure returns (int256) {
        int256 count = int256(values.length);
        int256 sum;
        for (uint256 i; i < values.length; ++i) sum += values[i];
        // Division truncates: half the divisor is added on the side of the sum.
        return sum >= 0 ? (sum + count / 2) / count : -((count / 2 - sum) / count);
    }

    function greatest(int256[] memory values) private pure returns (int256 most) {
        most = values[0];
        for (uint256 i = 1; i < values.length; ++i) if (values[i] > most) most = values[i];
    }
}
