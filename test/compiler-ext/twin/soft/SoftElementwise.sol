// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {SoftMachine, SoftTensor} from "./SoftMachine.sol";

/// @title Instructions on pairs of elements
/// @dev No function here takes a function: the IR pipeline has one dispatcher for all functions with as many parameters,
/// the contract's too, and what could call itself through it can't have its variables moved to memory.
library SoftElementwise {
    enum Operation {
        Sum,
        Difference,
        Product,
        Greater,
        Lesser,
        Shifted
    }

    function tadd(uint256 a, uint256 b) internal pure returns (uint256) {
        return combine(a, b, true, 0, Operation.Sum);
    }

    function tsub(uint256 a, uint256 b) internal pure returns (uint256) {
        return combine(a, b, true, 0, Operation.Difference);
    }

    function tmul(uint256 shift, uint256 a, uint256 b) internal pure returns (uint256) {
        SoftMachine.check(shift <= 62);
        return combine(a, b, true, shift, Operation.Product);
    }

    function maximum(uint256 a, uint256 b) internal pure returns (uint256) {
        return combine(a, b, false, 0, Operation.Greater);
    }

    function minimum(uint256 a, uint256 b) internal pure returns (uint256) {
        return combine(a, b, false, 0, Operation.Lesser);
    }

    function arithmeticRightShift(uint256 a, uint256 b) internal pure returns (uint256) {
        return combine(a, b, true, 0, Operation.Shifted);
    }

    function rsqrt(uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        SoftMachine.check(x.dtype == SoftMachine.INT32);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(x.dtype, x.shape);
        for (uint256 i; i < output.data.length; ++i) output.data[i] = inverseRoot(x.data[i]);
    }

    /// @dev y * y * x <= 2^62 means that y * y is at most 2^62 / x, rounded down.
    function inverseRoot(int256 x) private pure returns (int256) {
        if (x <= 0) return 2 ** 31 - 1;
        uint256 square = 2 ** 62 / uint256(x);
        uint256 root;
        for (uint256 bit = 2 ** 31; bit > 0; bit /= 2) if ((root + bit) ** 2 <= square) root += bit;
        return root > 2 ** 31 - 1 ? int256(2 ** 31 - 1) : int256(root);
    }

    function combine(
        uint256 aHandle,
        uint256 bHandle,
        bool onlyInt32,
        uint256 shift,
        Operation operation
    ) private pure returns (uint256 handle) {
        SoftTensor memory a = SoftMachine.tensorOf(aHandle);
        SoftTensor memory b = SoftMachine.tensorOf(bHandle);
        SoftMachine.check(a.dtype == b.dtype && (!onlyInt32 || a.dtype == SoftMachine.INT32));
        uint256[] memory shape = broadcast(a.shape, b.shape);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(a.dtype, shape);
        uint256[] memory position = new uint256[](shape.length);
        for (uint256 i; i < output.data.length; ++i) {
            SoftMachine.unravel(i, shape, position);
            output.data[i] = result(operation, elementAt(a, position), elementAt(b, position), shift);
        }
    }

    /// @dev NumPy's rule: axes are matched from the last one back, and one of two that differ is 1.
    function broadcast(uint256[] memory a, uint256[] memory b) private pure returns (uint256[] memory shape) {
        if (a.length < b.length) (a, b) = (b, a);
        shape = new uint256[](a.length);
        uint256 missing = a.length - b.length;
        for (uint256 axis; axis < a.length; ++axis) {
            uint256 other = axis < missing ? 1 : b[axis - missing];
            SoftMachine.check(a[axis] == other || a[axis] == 1 || other == 1);
            shape[axis] = a[axis] == 1 ? other : a[axis];
        }
    }

    function elementAt(SoftTensor memory operand, uint256[] memory position) private pure returns (int256) {
        unchecked {
            uint256[] memory shape = operand.shape;
            uint256 missing = position.length - shape.length;
            uint256 index;
            for (uint256 axis; axis < shape.length; ++axis)
                index = index * shape[axis] + (shape[axis] == 1 ? 0 : position[axis + missing]);
            return operand.data[index];
        }
    }

    function result(Operation operation, int256 a, int256 b, uint256 shift) private pure returns (int256) {
        if (operation == Operation.Sum) return SoftMachine.wrap32(a + b);
        if (operation == Operation.Difference) return SoftMachine.wrap32(a - b);
        if (operation == Operation.Greater) return a > b ? a : b;
        if (operation == Operation.Lesser) return a < b ? a : b;
        if (operation == Operation.Shifted) return a >> uint256(b & 31);
        if (shift == 0) return SoftMachine.wrap32(a * b);
        return SoftMachine.wrap32((a * b + int256(1 << (shift - 1))) >> shift);
    }
}
