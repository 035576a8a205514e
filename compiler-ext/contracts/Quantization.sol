// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {DType, INT8} from "./TensorTypes.sol";

/// @notice How a layer turns int32 sums into its output: the scale as multiplier * 2^(shift - 31), zero points, dtype,
/// range and rounding. Made by {Quantizations.fromScale} or {Quantizations.fromMultiplier}.
/// @dev Bits 0..114 are the attribute word of RESCALE with input zero point 0, 115..145 the multiplier, 146..153 the
/// shift, 154..169 the zero point of the input and 170..185 that of the weights: from 154 on, the attribute word of
/// MATMUL.
type Quantization is uint256;

using Quantizations for Quantization global;

/// @title Quantization parameters
/// @notice Builds them step by step: `Quantizations.fromScale(3, 1000).withInputZeroPoint(-128).withRelu()`. Of what is
/// not set, zero points are 0, the output is int8 in its whole range, and rounding is that of TensorFlow Lite Micro.
library Quantizations {
    uint256 private constant ROUNDING_AT = 10;
    uint256 private constant LEFT_SHIFT_AT = 11;
    uint256 private constant RESCALE_INPUT_ZERO_POINT_AT = 19;
    uint256 private constant OUTPUT_ZERO_POINT_AT = 35;
    uint256 private constant LOW_AT = 51;
    uint256 private constant HIGH_AT = 83;
    uint256 private constant MULTIPLIER_AT = 115;
    uint256 private constant SHIFT_AT = 146;
    uint256 private constant INPUT_ZERO_POINT_AT = 154;
    uint256 private constant WEIGHTS_ZERO_POINT_AT = 170;
    uint256 private constant RESCALE_BITS = (1 << 115) - 1;
    int256 private constant GREATEST_MULTIPLIER = (1 << 31) - 1;

    /// @notice Parameters for a rational scale: what a sum is multiplied by, scale(input) * scale(weights) /
    /// scale(output).
    /// @dev Rounds to 31 bits, halves up, as TFLite's QuantizeMultiplier does, but from the exact quotient where that
    /// function has a double. Scales below 2^-32 become 0; those of 2^30 and more become the greatest that there is.
    /// Takes 2,000 gas, which an immutable that the constructor computes saves.
    /// @param numerator 0..2^128-1
    /// @param denominator 1..2^128-1
    /// @return the parameters
    function fromScale(uint256 numerator, uint256 denominator) internal pure returns (Quantization) {
        if (denominator == 0 || (numerator | denominator) >> 128 != 0)
            revert TensorErrors.ScaleOutOfRange(numerator, denominator);
        if (numerator == 0) return _pack(0, 0);
        unchecked {
            // The scale is fraction * 2^exponent with a fraction in [1/2, 1). The difference of the logarithms is the
            // exponent, or one below it. Shifted, both numbers stay below 2^160.
            int256 exponent = int256(_log2(numerator)) - int256(_log2(denominator));
            (uint256 left, uint256 right) = _aligned(numerator, denominator, exponent);
            if (left >= right) ++exponent;
            (left, right) = _aligned(numerator, denominator, exponent - 31);
            uint256 rounded = (2 * left + right) / (2 * right);
            if (rounded == 1 << 31) {
                rounded = 1 << 30;
                ++exponent;
            }
            if (exponent < -31) return _pack(0, 0);
            if (exponent > 30) return _pack(uint256(GREATEST_MULTIPLIER), 30);
            return _pack(rounded, exponent);
        }
    }

    /// @notice Parameters for a scale of multiplier * 2^(shift - 31). Reverts with ValueOutOfRange.
    /// @param factor multiplier, 0..2^31-1
    /// @param places shift, -31..30, positive to the left
    /// @return the parameters
    function fromMultiplier(int256 factor, int256 places) internal pure returns (Quantization) {
        TensorChecks.requireRange("factor", factor, 0, GREATEST_MULTIPLIER);
        TensorChecks.requireRange("places", places, -31, 30);
        return _pack(uint256(factor), places);
    }

    /// @notice The same parameters with a zero point of the input: what stands for 0 in it.
    /// @param self parameters
    /// @param value -128..127 for an int8 input, 0 for an int16 or int32 input of a layer
    /// @return the parameters
    function withInputZeroPoint(Quantization self, int256 value) internal pure returns (Quantization) {
        TensorChecks.requireRange("input zero point", value, type(int16).min, type(int16).max);
        return _with(self, INPUT_ZERO_POINT_AT, 16, value);
    }

    /// @notice The same parameters with a zero point of the weights. Convolutions need 0.
    /// @param self parameters
    /// @param value -128..127
    /// @return the parameters
    function withWeightsZeroPoint(Quantization self, int256 value) internal pure returns (Quantization) {
        TensorChecks.requireRange("weights zero point", value, type(int8).min, type(int8).max);
        return _with(self, WEIGHTS_ZERO_POINT_AT, 16, value);
    }

    /// @notice The same parameters with a zero point of the output.
    /// @param self parameters
    /// @param value in the range of the output's dtype; 0 for int32
    /// @return the parameters
    function withOutputZeroPoint(Quantization self, int256 value) internal pure returns (Quantization) {
        _requireOutputZeroPoint(value, self.dtype());
        return _with(self, OUTPUT_ZERO_POINT_AT, 16, value);
    }

    /// @notice The same parameters with another dtype of the output, in its whole range.
    /// @param self parameters
    /// @param value INT8, INT16 or INT32
    /// @return the parameters
    function withDType(Quantization self, DType value) internal pure returns (Quantization) {
        _requireOutputZeroPoint(self.outputZeroPoint(), value);
        Quantization typed = Quantization.wrap((Quantization.unwrap(self) & ~uint256(0xff)) | DType.unwrap(value));
        return withRange(typed, value.min(), value.max());
    }

    /// @notice The same parameters with another range of the output, to which results are clamped.
    /// @param self parameters
    /// @param least least result
    /// @param greatest greatest result
    /// @return the parameters
    function withRange(Quantization self, int256 least, int256 greatest) internal pure returns (Quantization) {
        DType elementType = self.dtype();
        TensorChecks.requireRange("greatest", greatest, elementType.min(), elementType.max());
        TensorChecks.requireRange("least", least, elementType.min(), greatest);
        return _with(_with(self, LOW_AT, 32, least), HIGH_AT, 32, greatest);
    }

    /// @notice The same parameters with a ReLU fused: results below the output's zero point become it.
    /// @dev Set the output's dtype and zero point before.
    /// @param self parameters
    /// @return the parameters
    function withRelu(Quantization self) internal pure returns (Quantization) {
        return withRange(self, self.outputZeroPoint(), self.high());
    }

    /// @notice The same parameters with rounding in one step, as XNNPACK and ruy round, rather than two.
    /// @param self parameters
    /// @return the parameters
    function withSingleRounding(Quantization self) internal pure returns (Quantization) {
        return Quantization.wrap(Quantization.unwrap(self) | (1 << ROUNDING_AT));
    }

    /// @notice The same parameters with the input shifted left before it is scaled, as quantized sums of tensors need.
    /// @param self parameters
    /// @param value bits, at most 22 for an int8 input, 15 for an int16 input, 0 for an int32 input and in layers
    /// @return the parameters
    function withLeftShift(Quantization self, uint256 value) internal pure returns (Quantization) {
        if (value > 22) TensorChecks.revertRange("left shift", TensorChecks.shown(value), 0, 22);
        return _with(self, LEFT_SHIFT_AT, 8, int256(value));
    }

    /// @notice The multiplier of the scale multiplier * 2^(shift - 31).
    /// @param self parameters
    /// @return 0, or 2^30..2^31-1 where {fromScale} made it
    function multiplier(Quantization self) internal pure returns (uint256) {
        return (Quantization.unwrap(self) >> MULTIPLIER_AT) & uint256(GREATEST_MULTIPLIER);
    }

    /// @notice The shift of the scale multiplier * 2^(shift - 31).
    /// @param self parameters
    /// @return -31..30
    function shift(Quantization self) internal pure returns (int256) {
        return int8(uint8(Quantization.unwrap(self) >> SHIFT_AT));
    }

    /// @notice Zero point of the input.
    /// @param self parameters
    /// @return -2^15..2^15-1
    function inputZeroPoint(Quantization self) internal pure returns (int256) {
        return int16(uint16(Quantization.unwrap(self) >> INPUT_ZERO_POINT_AT));
    }

    /// @notice Zero point of the weights.
    /// @param self parameters
    /// @return -128..127
    function weightsZeroPoint(Quantization self) internal pure returns (int256) {
        return int16(uint16(Quantization.unwrap(self) >> WEIGHTS_ZERO_POINT_AT));
    }

    /// @notice Zero point of the output.
    /// @param self parameters
    /// @return in the range of the dtype
    function outputZeroPoint(Quantization self) internal pure returns (int256) {
        return int16(uint16(Quantization.unwrap(self) >> OUTPUT_ZERO_POINT_AT));
    }

    /// @notice Dtype of the output.
    /// @param self parameters
    /// @return INT8, INT16 or INT32
    function dtype(Quantization self) internal pure returns (DType) {
        return DType.wrap(Quantization.unwrap(self) & 0xff);
    }

    /// @notice Least result.
    /// @param self parameters
    /// @return in the range of the dtype
    function low(Quantization self) internal pure returns (int256) {
        return int32(uint32(Quantization.unwrap(self) >> LOW_AT));
    }

    /// @notice Greatest result.
    /// @param self parameters
    /// @return in the range of the dtype
    function high(Quantization self) internal pure returns (int256) {
        return int32(uint32(Quantization.unwrap(self) >> HIGH_AT));
    }

    /// @notice Whether rounding is in one step.
    /// @param self parameters
    /// @return false for that of TensorFlow Lite Micro
    function roundsOnce(Quantization self) internal pure returns (bool) {
        return (Quantization.unwrap(self) >> ROUNDING_AT) & 1 != 0;
    }

    /// @notice Bits that the input is shifted left by before it is scaled.
    /// @param self parameters
    /// @return 0..22
    function leftShift(Quantization self) internal pure returns (uint256) {
        return (Quantization.unwrap(self) >> LEFT_SHIFT_AT) & 0xff;
    }

    /// @notice Attribute word of RESCALE for the sums of a layer, from which it has subtracted the zero point of the
    /// input.
    /// @param self parameters
    /// @return the word
    function rescaleAttributes(Quantization self) internal pure returns (uint256) {
        return Quantization.unwrap(self) & RESCALE_BITS;
    }

    /// @notice Attribute word of RESCALE for a tensor that has the zero point of the input.
    /// @param self parameters
    /// @return the word
    function rescaleInputAttributes(Quantization self) internal pure returns (uint256) {
        uint256 zeroPoint = (Quantization.unwrap(self) >> INPUT_ZERO_POINT_AT) & 0xffff;
        return (Quantization.unwrap(self) & RESCALE_BITS) | (zeroPoint << RESCALE_INPUT_ZERO_POINT_AT);
    }

    /// @notice Attribute word of MATMUL: zero points of the input and of the weights.
    /// @param self parameters
    /// @return the word
    function matmulAttributes(Quantization self) internal pure returns (uint256) {
        return (Quantization.unwrap(self) >> INPUT_ZERO_POINT_AT) & 0xffffffff;
    }

    function _pack(uint256 factor, int256 exponent) private pure returns (Quantization) {
        uint256 scale = (factor << MULTIPLIER_AT) | ((uint256(exponent) & 0xff) << SHIFT_AT);
        // int8 in -128..127
        return Quantization.wrap(scale | DType.unwrap(INT8) | (0xffffff80 << LOW_AT) | (0x7f << HIGH_AT));
    }

    function _with(Quantization self, uint256 place, uint256 bits, int256 value) private pure returns (Quantization) {
        unchecked {
            uint256 mask = (1 << bits) - 1;
            return
                Quantization.wrap(
                    (Quantization.unwrap(self) & ~(mask << place)) | ((uint256(value) & mask) << place)
                );
        }
    }

    function _requireOutputZeroPoint(int256 value, DType elementType) private pure {
        bool isWide = elementType.bytesPerElement() == 4;
        TensorChecks.requireRange(
            "output zero point",
            value,
            isWide ? int256(0) : elementType.min(),
            isWide ? int256(0) : elementType.max()
        );
    }

    /// @dev The numbers with one of them shifted left, so that their quotient is numerator / (denominator *
    /// 2^exponent).
    function _aligned(
        uint256 numerator,
        uint256 denominator,
        int256 exponent
    ) private pure returns (uint256, uint256) {
        unchecked {
            return
                exponent < 0
                    ? (numerator << uint256(-exponent), denominator)
                    : (numerator, denominator << uint256(exponent));
        }
    }

    /// @dev Position of the highest bit of a number that is not 0 and below 2^128.
    function _log2(uint256 value) private pure returns (uint256 position) {
        unchecked {
            for (uint256 step = 64; step != 0; step >>= 1) {
                if (value >> step == 0) continue;
                value >>= step;
                position += step;
            }
        }
    }
}
