// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {DType, INT8, INT16, INT32} from "./TensorTypes.sol";
import {Window} from "./Window.sol";

/// @title Checks of the operands of layers
/// @notice Revert with one of {TensorErrors} where an instruction would halt. What fits is given back as a part of the
/// instruction's attribute word.
/// @dev Dimensions are below 2^24 and fields of words at most 2^16, or 2^24 for groups: sums and products of three of
/// them do not overflow.
library TensorLayerChecks {
    /// @dev Up to this depth, what an element reads of int16 and int8 operands is 61 + 31 leaves, and one of the bias.
    uint256 private constant DEPTH_IN_REACH = 7680;

    /// @notice Checks dtypes, zero points and reach of products over the last axis of both operands, and the bias.
    /// @param nameA name of the first operand
    /// @param aType type of the first operand
    /// @param nameB name of the second operand
    /// @param bType type of the second operand, of rank 2 and more
    /// @param bias a tensor, or none
    /// @param attributes attribute word of MATMUL
    function checkContraction(
        bytes32 nameA,
        uint256 aType,
        bytes32 nameB,
        uint256 bType,
        Tensor bias,
        uint256 attributes
    ) internal pure {
        unchecked {
            if (bType & 0xff != DType.unwrap(INT8)) TensorChecks.revertDType(nameB, bType, "int8");
            bool isNarrow = aType & 0xff == DType.unwrap(INT8);
            if (!isNarrow && aType & 0xff != DType.unwrap(INT16))
                TensorChecks.revertDType(nameA, aType, "int8 or int16");
            // The innermost two dimensions of b: its outputs, and the depth of the sums.
            uint256 inner = bType >> (32 * TensorChecks.rankOf(bType) - 48);
            checkBias(bias, inner & 0xffffffff);
            if ((inner >> 32) & 0xffffffff > DEPTH_IN_REACH) _checkDepth(aType, bType, bias);
            if (isNarrow) {
                // Sixteen bits are of -128..127 when they are below 256 after 128 is added.
                if ((attributes + 128) & 0xffff > 255)
                    TensorChecks.revertRange("zero point", int16(uint16(attributes)), -128, 127);
            } else if (attributes & 0xffff != 0) {
                TensorChecks.revertRange("zero point", int16(uint16(attributes)), 0, 0);
            }
        }
    }

    /// @notice Checks the operands of a convolution.
    /// @param x the input
    /// @param weights the kernels
    /// @param bias a tensor, or none
    /// @param window pads, strides, dilations and groups
    /// @return attribute word of CONV2D with zero point 0
    function checkConv2d(Tensor x, Tensor weights, Tensor bias, Window window) internal pure returns (uint256) {
        (uint256 xType, uint256 weightsType) = _imageTypes(x, weights, 4);
        unchecked {
            _checkGroups(xType, weightsType, window.groups());
            checkBias(bias, TensorChecks.dimOf(weightsType, 0));
            (uint256 kernelH, uint256 kernelW) = (
                TensorChecks.dimOf(weightsType, 1),
                TensorChecks.dimOf(weightsType, 2)
            );
            uint256 depth = TensorChecks.dimOf(weightsType, 3);
            // Neighbouring taps of one group are one run.
            uint256 leaves = window.groups() == 1 && window.dilationW() == 1
                ? TensorChecks.leavesOf(xType, kernelH, kernelW * depth)
                : TensorChecks.leavesOf(xType, kernelH * kernelW, depth);
            leaves += TensorChecks.leavesOf(weightsType, 1, kernelH * kernelW * depth);
            TensorChecks.requireReach(leaves + _biasLeaves(bias));
            return _placed(window, xType, kernelH, kernelW);
        }
    }

    /// @notice Checks the operands of a convolution channel by channel.
    /// @param x the input
    /// @param weights the kernels
    /// @param bias a tensor, or none
    /// @param window pads, strides and dilations
    /// @return attribute word of DEPTHWISE_CONV2D with zero point 0
    function checkDepthwiseConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window
    ) internal pure returns (uint256) {
        (uint256 xType, uint256 weightsType) = _imageTypes(x, weights, 3);
        window.requireOneGroup();
        unchecked {
            uint256 outputs = TensorChecks.dimOf(weightsType, 2);
            _requireMultiple(weightsType, 2, TensorChecks.dimOf(xType, 3));
            checkBias(bias, outputs);
            (uint256 kernelH, uint256 kernelW) = (
                TensorChecks.dimOf(weightsType, 0),
                TensorChecks.dimOf(weightsType, 1)
            );
            uint256 leaves = TensorChecks.leavesOf(xType, kernelH * kernelW, 1) +
                TensorChecks.leavesOf(weightsType, kernelH * kernelW, 1);
            TensorChecks.requireReach(leaves + _biasLeaves(bias));
            return _placed(window, xType, kernelH, kernelW);
        }
    }

    /// @notice Checks the operands of a transposed convolution.
    /// @param x the input
    /// @param weights the kernels
    /// @param bias a tensor, or none
    /// @param window strides, and pads of the convolution that it reverses
    /// @return attribute word of TRANSPOSE_CONV2D with zero point 0
    function checkTransposeConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window
    ) internal pure returns (uint256) {
        (uint256 xType, uint256 weightsType) = _imageTypes(x, weights, 4);
        window.requireOneGroup();
        window.requireNoDilation();
        unchecked {
            uint256 depth = TensorChecks.dimOf(xType, 3);
            TensorChecks.requireShape("weights", weightsType, TensorChecks.withDim(weightsType, 3, depth));
            checkBias(bias, TensorChecks.dimOf(weightsType, 0));
            (uint256 kernelH, uint256 kernelW) = (
                TensorChecks.dimOf(weightsType, 1),
                TensorChecks.dimOf(weightsType, 2)
            );
            (uint256 strideH, uint256 strideW) = (window.strideH(), window.strideW());
            (uint256 rows, uint256 columns) = (
                (kernelH + strideH - 1) / strideH,
                (kernelW + strideW - 1) / strideW
            );
            uint256 leaves = TensorChecks.leavesOf(xType, rows, columns * depth) +
                TensorChecks.leavesOf(weightsType, rows * columns, depth);
            TensorChecks.requireReach(leaves + _biasLeaves(bias));
            uint256 strides = ((strideH - 1) << 48) | ((strideW - 1) << 64);
            return
                strides |
                _transposedAxis(window, 0, TensorChecks.dimOf(xType, 1), kernelH) |
                _transposedAxis(window, 1, TensorChecks.dimOf(xType, 2), kernelW);
        }
    }

    /// @notice Checks an optional bias.
    /// @param bias a tensor, or none
    /// @param outputs elements that it must have
    function checkBias(Tensor bias, uint256 outputs) internal pure {
        if (Tensor.unwrap(bias) == 0) return;
        uint256 biasType = TensorInstructions.ttype(bias);
        uint256 expected = DType.unwrap(INT32) | 0x100 | (outputs << 16);
        if (biasType == expected) return;
        TensorChecks.requireDType("bias", biasType, INT32);
        TensorChecks.revertShape("bias", biasType, expected);
    }

    /// @dev Reach of a product over a long last axis.
    function _checkDepth(uint256 aType, uint256 bType, Tensor bias) private pure {
        unchecked {
            uint256 depth = TensorChecks.lastDimOf(bType);
            uint256 leaves = TensorChecks.leavesOf(aType, 1, depth) + TensorChecks.leavesOf(bType, 1, depth);
            TensorChecks.requireReach(leaves + _biasLeaves(bias));
        }
    }

    /// @dev Types of an image and its kernels, whose dtypes and ranks are right.
    function _imageTypes(Tensor x, Tensor weights, uint256 weightsRank) private pure returns (uint256, uint256) {
        (uint256 xType, uint256 weightsType) = (TensorInstructions.ttype(x), TensorInstructions.ttype(weights));
        TensorChecks.requireDType("x", xType, INT8);
        TensorChecks.requireRank("x", xType, 4);
        TensorChecks.requireDType("weights", weightsType, INT8);
        TensorChecks.requireRank("weights", weightsType, weightsRank);
        return (xType, weightsType);
    }

    /// @dev Checks that channels are cut into groups of the kernels' depth, and outputs into as many.
    function _checkGroups(uint256 xType, uint256 weightsType, uint256 groups) private pure {
        unchecked {
            uint256 channels = TensorChecks.dimOf(weightsType, 3) * groups;
            TensorChecks.requireShape("x", xType, TensorChecks.withDim(xType, 3, channels));
            if (groups > 1) _requireMultiple(weightsType, 0, groups);
        }
    }

    /// @dev Checks that a dimension of the weights is a multiple of a number.
    function _requireMultiple(uint256 weightsType, uint256 axis, uint256 factor) private pure {
        unchecked {
            uint256 outputs = TensorChecks.dimOf(weightsType, axis);
            if (outputs % factor != 0)
                TensorChecks.revertShape(
                    "weights",
                    weightsType,
                    TensorChecks.withDim(weightsType, axis, outputs + factor - (outputs % factor))
                );
        }
    }

    /// @dev Pad and output size of one axis, in their places in the attribute word.
    function _transposedAxis(
        Window window,
        uint256 axis,
        uint256 input,
        uint256 kernel
    ) private pure returns (uint256) {
        unchecked {
            (uint256 before, uint256 output) = window.transposed(axis, input, kernel);
            if (before > 0xffff) TensorChecks.revertRange("pad", int256(before), 0, 0xffff);
            if (output > TensorInstructions.MAX_DIMENSION)
                revert TensorErrors.DimensionOutOfRange(axis + 1, output, TensorInstructions.MAX_DIMENSION);
            return (before << (16 + 16 * axis)) | (output << (80 + 24 * axis));
        }
    }

    function _biasLeaves(Tensor bias) private pure returns (uint256) {
        return Tensor.unwrap(bias) == 0 ? 0 : 1;
    }

    function _placed(Window window, uint256 xType, uint256 kernelH, uint256 kernelW) private pure returns (uint256) {
        return window.placed(TensorChecks.dimOf(xType, 1), TensorChecks.dimOf(xType, 2), kernelH, kernelW);
    }
}
