// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Quantization} from "./Quantization.sol";
import {TensorChecks} from "./TensorChecks.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {Tensors} from "./Tensors.sol";
import {DType, INT8, INT16, INT32} from "./TensorTypes.sol";

/// @notice `a + b`: {TensorArithmetic.add}.
function plus(Tensor a, Tensor b) pure returns (Tensor) {
    return TensorArithmetic.add(a, b);
}

/// @notice `a - b`: {TensorArithmetic.sub}.
function minus(Tensor a, Tensor b) pure returns (Tensor) {
    return TensorArithmetic.sub(a, b);
}

/// @notice `a * b`: {TensorArithmetic.mul}.
function times(Tensor a, Tensor b) pure returns (Tensor) {
    return TensorArithmetic.mul(a, b);
}

/// @notice `-a`: {TensorArithmetic.negate}.
function negated(Tensor a) pure returns (Tensor) {
    return TensorArithmetic.negate(a);
}

/// @title Element-wise functions
/// @notice Attached to every tensor: `x.relu()`, `a.maximum(b)`, `x.rescale(quantization)`. Each checks dtypes, shapes
/// and ranges first and reverts with one of {TensorErrors}; the instructions of the same names in {TensorInstructions}
/// halt instead.
library TensorArithmetic {
    /// @notice a + b modulo 2^32, element by element. Shapes broadcast as in NumPy.
    /// @param a int32
    /// @param b int32
    /// @return int32, of the shape that both broadcast to
    function add(Tensor a, Tensor b) internal pure returns (Tensor) {
        _requireWide(a, b);
        return TensorInstructions.tadd(a, b);
    }

    /// @notice a - b modulo 2^32, element by element. Shapes broadcast as in NumPy.
    /// @param a int32
    /// @param b int32
    /// @return int32, of the shape that both broadcast to
    function sub(Tensor a, Tensor b) internal pure returns (Tensor) {
        _requireWide(a, b);
        return TensorInstructions.tsub(a, b);
    }

    /// @notice a * b modulo 2^32, element by element. Shapes broadcast as in NumPy.
    /// @param a int32
    /// @param b int32
    /// @return int32, of the shape that both broadcast to
    function mul(Tensor a, Tensor b) internal pure returns (Tensor) {
        return mul(a, b, 0);
    }

    /// @notice The 64-bit product a * b shifted right and rounded, halves up, modulo 2^32. Shapes broadcast as in
    /// NumPy.
    /// @param a int32
    /// @param b int32
    /// @param rightShift bits, 0..62
    /// @return int32, of the shape that both broadcast to
    function mul(Tensor a, Tensor b, uint256 rightShift) internal pure returns (Tensor) {
        if (rightShift > 62) TensorChecks.revertRange("right shift", TensorChecks.shown(rightShift), 0, 62);
        _requireWide(a, b);
        return TensorInstructions.tmul(rightShift, a, b);
    }

    /// @notice 0 - a modulo 2^32, element by element.
    /// @param a int32
    /// @return negative int32, of the shape of a
    function negate(Tensor a) internal pure returns (Tensor negative) {
        TensorChecks.requireDType("a", TensorInstructions.ttype(a), INT32);
        Tensor zero = Tensors.scalar(0);
        negative = TensorInstructions.tsub(zero, a);
        zero.free();
    }

    /// @notice The larger of each pair of elements. Shapes broadcast as in NumPy.
    /// @param a any dtype
    /// @param b the dtype of a
    /// @return that dtype, of the shape that both broadcast to
    function maximum(Tensor a, Tensor b) internal pure returns (Tensor) {
        _requireAlike(a, b);
        return TensorInstructions.maximum(a, b);
    }

    /// @notice The smaller of each pair of elements. Shapes broadcast as in NumPy.
    /// @param a any dtype
    /// @param b the dtype of a
    /// @return that dtype, of the shape that both broadcast to
    function minimum(Tensor a, Tensor b) internal pure returns (Tensor) {
        _requireAlike(a, b);
        return TensorInstructions.minimum(a, b);
    }

    /// @notice a >> b, element by element, rounded towards negative infinity. Shapes broadcast as in NumPy.
    /// @param a int32
    /// @param b int32, of which the low five bits count
    /// @return int32, of the shape that both broadcast to
    function arithmeticRightShift(Tensor a, Tensor b) internal pure returns (Tensor) {
        _requireWide(a, b);
        return TensorInstructions.arithmeticRightShift(a, b);
    }

    /// @notice floor(2^31 / sqrt(x)), at most 2^31-1, and that for what is not positive.
    /// @param x int32
    /// @return int32, of the shape of x
    function rsqrt(Tensor x) internal pure returns (Tensor) {
        TensorChecks.requireDType("x", TensorInstructions.ttype(x), INT32);
        return TensorInstructions.rsqrt(x);
    }

    /// @notice Each element limited to a range.
    /// @param x any dtype
    /// @param low least result, in the range of the dtype
    /// @param high greatest result, not below the least
    /// @return of the type of x
    function clamp(Tensor x, int256 low, int256 high) internal pure returns (Tensor) {
        DType elementType = x.dtype();
        TensorChecks.requireRange("high", high, elementType.min(), elementType.max());
        TensorChecks.requireRange("low", low, elementType.min(), high);
        return TensorInstructions.clamp((uint256(low) & 0xffffffff) | ((uint256(high) & 0xffffffff) << 32), x);
    }

    /// @notice max(x, 0), element by element.
    /// @param x any dtype, with zero point 0
    /// @return of the type of x
    function relu(Tensor x) internal pure returns (Tensor) {
        return relu(x, 0);
    }

    /// @notice max(x, zeroPoint), element by element.
    /// @param x any dtype
    /// @param zeroPoint what stands for 0 in x
    /// @return of the type of x
    function relu(Tensor x, int256 zeroPoint) internal pure returns (Tensor) {
        DType elementType = x.dtype();
        int256 high = elementType.max();
        TensorChecks.requireRange("zero point", zeroPoint, elementType.min(), high);
        return TensorInstructions.clamp((uint256(zeroPoint) & 0xffffffff) | (uint256(high) << 32), x);
    }

    /// @notice The entry x + 128 of a table for int8; an interpolation between entries, times 128, for int16.
    /// @param x int8 or int16
    /// @param entries any dtype [256] for an int8 x; int16 [513] for an int16 x
    /// @return of the shape of x; the dtype of the table, or int32 for an int16 x
    function table(Tensor x, Tensor entries) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        uint256 entriesType = TensorInstructions.ttype(entries);
        if (xType & 0xff == DType.unwrap(INT8)) {
            TensorChecks.requireShape("entries", entriesType, 0x1000100);
        } else {
            if (xType & 0xff != DType.unwrap(INT16)) TensorChecks.revertDType("x", xType, "int8 or int16");
            TensorChecks.requireDType("entries", entriesType, INT16);
            TensorChecks.requireShape("entries", entriesType, 0x2010100);
        }
        return TensorInstructions.table(x, entries);
    }

    /// @notice Softmax along the last axis, as int8 with scale 1/256 and zero point -128.
    /// @param x int8, its last axis at most 4095
    /// @param exponentials int32 [256]: exp(-d * scale of x) in Q0.31 for d = 0..255
    /// @return int8, of the shape of x
    function softmax(Tensor x, Tensor exponentials) internal pure returns (Tensor) {
        return softmax(x, exponentials, 0);
    }

    /// @notice Softmax along the last axis.
    /// @param x int8, its last axis at most 4095
    /// @param exponentials int32 [256]: exp(-d * scale of x) in Q0.31 for d = 0..255
    /// @param form output: 0 int8 with zero point -128, 1 int16 with zero point -32768, 2 int16 with zero point 0
    /// @return of the shape of x
    function softmax(Tensor x, Tensor exponentials, uint256 form) internal pure returns (Tensor) {
        if (form > 2) TensorChecks.revertRange("form", TensorChecks.shown(form), 0, 2);
        uint256 xType = TensorInstructions.ttype(x);
        TensorChecks.requireDType("x", xType, INT8);
        uint256 length = TensorChecks.lastDimOf(xType);
        if (length > 4095)
            TensorChecks.revertShape(
                "x",
                xType,
                TensorChecks.withDim(xType, TensorChecks.rankOf(xType) - 1, 4095)
            );
        uint256 tableType = TensorInstructions.ttype(exponentials);
        TensorChecks.requireDType("exponentials", tableType, INT32);
        TensorChecks.requireShape("exponentials", tableType, 0x1000100);
        return TensorInstructions.softmax(form, x, exponentials);
    }

    /// @notice The elements under another scale and zero point: (x - input zero point) * scale + output zero point.
    /// @param x any dtype
    /// @param quantization scale, zero points, dtype and range of the output; the weights' zero point is not used
    /// @return of the dtype of the parameters and the shape of x
    function rescale(Tensor x, Quantization quantization) internal pure returns (Tensor) {
        _requireRescale(TensorInstructions.ttype(x), quantization);
        return
            TensorInstructions.rescale(
                quantization.rescaleInputAttributes(),
                x,
                quantization.multiplier(),
                uint256(quantization.shift())
            );
    }

    /// @notice The elements under another scale for each index of the last axis.
    /// @param x any dtype [..,C]
    /// @param quantization zero points, dtype and range of the output; its scale is not used
    /// @param factors int32 [2,C]: multipliers 0..2^31-1, then shifts -31..30
    /// @return of the dtype of the parameters and the shape of x
    function rescale(Tensor x, Quantization quantization, Tensor factors) internal pure returns (Tensor) {
        uint256 xType = TensorInstructions.ttype(x);
        _requireRescale(xType, quantization);
        uint256 factorsType = TensorInstructions.ttype(factors);
        TensorChecks.requireDType("factors", factorsType, INT32);
        TensorChecks.requireShape("factors", factorsType, 0x20200 | (TensorChecks.lastDimOf(xType) << 48));
        // Bit 9 alone says that the factors are packed.
        return
            TensorInstructions.rescale(
                quantization.rescaleInputAttributes() | (2 << 8),
                x,
                Tensor.unwrap(factors),
                0
            );
    }

    /// @notice The same numbers in another dtype; those that it can't hold become its least or greatest.
    /// @param x any dtype
    /// @param elementType the dtype
    /// @return of that dtype and the shape of x
    function cast(Tensor x, DType elementType) internal pure returns (Tensor) {
        uint256 low = uint256(elementType.min()) & 0xffffffff;
        uint256 attributes = DType.unwrap(elementType) | (low << 51) | (uint256(elementType.max()) << 83);
        // The scale 2^30 * 2^(1 - 31) is 1, without rounding.
        return TensorInstructions.rescale(attributes, x, 1 << 30, 1);
    }

    /// @dev Both int32, and shapes that broadcast.
    function _requireWide(Tensor a, Tensor b) private pure {
        (uint256 aType, uint256 bType) = (TensorInstructions.ttype(a), TensorInstructions.ttype(b));
        TensorChecks.requireDType("a", aType, INT32);
        TensorChecks.requireDType("b", bType, INT32);
        TensorChecks.requireBroadcast(aType, bType, 0);
    }

    /// @dev The same dtype, and shapes that broadcast.
    function _requireAlike(Tensor a, Tensor b) private pure {
        (uint256 aType, uint256 bType) = (TensorInstructions.ttype(a), TensorInstructions.ttype(b));
        TensorChecks.requireDType("b", bType, DType.wrap(aType & 0xff));
        TensorChecks.requireBroadcast(aType, bType, 0);
    }

    /// @dev What the zero point and the left shift may be depends on the dtype of the input.
    function _requireRescale(uint256 xType, Quantization quantization) private pure {
        unchecked {
            DType elementType = DType.wrap(xType & 0xff);
            bool isWide = elementType == INT32;
            TensorChecks.requireRange(
                "input zero point",
                quantization.inputZeroPoint(),
                isWide ? int256(0) : elementType.min(),
                isWide ? int256(0) : elementType.max()
            );
            int256 most = isWide ? int256(0) : elementType == INT8 ? int256(22) : int256(15);
            TensorChecks.requireRange("left shift", int256(quantization.leftShift()), 0, most);
        }
    }
}
