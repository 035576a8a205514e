// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Quantization} from "./Quantization.sol";
import {TensorChecks} from "./TensorChecks.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {TensorLayerChecks} from "./TensorLayerChecks.sol";
import {Window} from "./Window.sol";

/// @title Layers of quantized networks
/// @notice Attached to every tensor: `x.fullyConnected(weights, bias, quantization)`. A layer with {Quantization} gives
/// its output in the output's dtype and frees the sums in between; one with plain zero points gives the int32 sums.
/// Operands are checked first, and what does not fit reverts with one of {TensorErrors}; the instructions of the same
/// names in {TensorInstructions} halt instead.
library TensorLayers {
    /// @notice Product of matrices whose contracted axis is innermost in both: sums of a[..,m,k] * b[..,n,k] over k.
    /// @param a int8 or int16 [..,M,K]
    /// @param b int8 [..,N,K]; leading axes broadcast
    /// @return int32 [..,M,N]
    function matmul(Tensor a, Tensor b) internal pure returns (Tensor) {
        return _matmul(a, b, Tensor.wrap(0), 0);
    }

    /// @notice Product of matrices with a bias and zero points: bias[n] + sums of (a[..,m,k] - zeroPointA) * (b[..,n,k]
    /// - zeroPointB) over k, modulo 2^32.
    /// @param a int8 or int16 [..,M,K]
    /// @param b int8 [..,N,K]; leading axes broadcast
    /// @param bias int32 [N], or NO_BIAS
    /// @param zeroPointA -128..127 for an int8 a, 0 for int16
    /// @param zeroPointB -128..127
    /// @return int32 [..,M,N]
    function matmul(
        Tensor a,
        Tensor b,
        Tensor bias,
        int256 zeroPointA,
        int256 zeroPointB
    ) internal pure returns (Tensor) {
        TensorChecks.requireRange("zero point", zeroPointA, -128, 127);
        TensorChecks.requireRange("zero point", zeroPointB, -128, 127);
        return _matmul(a, b, bias, (uint256(zeroPointA) & 0xffff) | ((uint256(zeroPointB) & 0xffff) << 16));
    }

    /// @notice Product of matrices with a quantized output.
    /// @param a int8 or int16 [..,M,K]
    /// @param b int8 [..,N,K]; leading axes broadcast
    /// @param bias int32 [N], or NO_BIAS
    /// @param quantization of a, b and the output
    /// @return [..,M,N]
    function matmul(Tensor a, Tensor b, Tensor bias, Quantization quantization) internal pure returns (Tensor) {
        return _quantized(_matmul(a, b, bias, quantization.matmulAttributes()), quantization);
    }

    /// @notice A fully connected layer. An input of another shape is read as rows of K elements, as TFLite does.
    /// @param x int8 or int16, of a multiple of K elements; [..,K] keeps its leading axes
    /// @param weights int8 [N,K]
    /// @param bias int32 [N], or NO_BIAS
    /// @param quantization of the input, the weights and the output
    /// @return [..,N]
    function fullyConnected(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Quantization quantization
    ) internal pure returns (Tensor) {
        return _quantized(_dense(x, weights, bias, quantization.matmulAttributes()), quantization);
    }

    /// @notice A fully connected layer with a scale for each output.
    /// @param x int8 or int16, of a multiple of K elements; [..,K] keeps its leading axes
    /// @param weights int8 [N,K]
    /// @param bias int32 [N], or NO_BIAS
    /// @param quantization of the input, the weights and the output; its scale is not used
    /// @param factors int32 [2,N]: multipliers 0..2^31-1, then shifts -31..30
    /// @return [..,N]
    function fullyConnected(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Quantization quantization,
        Tensor factors
    ) internal pure returns (Tensor) {
        return _quantized(_dense(x, weights, bias, quantization.matmulAttributes()), quantization, factors);
    }

    /// @notice Sums of a convolution.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C / groups]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window pads, strides, dilations and groups
    /// @param zeroPoint of x, -128..127
    /// @return int32 [N,OH,OW,O]
    function conv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        int256 zeroPoint
    ) internal pure returns (Tensor) {
        uint256 placed = TensorLayerChecks.checkConv2d(x, weights, bias, window);
        return TensorInstructions.conv2d(placed | _zeroPoint(zeroPoint), x, weights, bias);
    }

    /// @notice A convolution.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C / groups]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window pads, strides, dilations and groups
    /// @param quantization of the input and the output; the weights' zero point must be 0
    /// @return [N,OH,OW,O]
    function conv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        Quantization quantization
    ) internal pure returns (Tensor) {
        return _quantized(conv2d(x, weights, bias, window, _convolved(quantization)), quantization);
    }

    /// @notice A convolution with a scale for each output channel.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C / groups]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window pads, strides, dilations and groups
    /// @param quantization of the input and the output; its scale is not used
    /// @param factors int32 [2,O]: multipliers 0..2^31-1, then shifts -31..30
    /// @return [N,OH,OW,O]
    function conv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        Quantization quantization,
        Tensor factors
    ) internal pure returns (Tensor) {
        return _quantized(conv2d(x, weights, bias, window, _convolved(quantization)), quantization, factors);
    }

    /// @notice Sums of a convolution channel by channel: output channel o reads input channel o div (O / C).
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [KH,KW,O]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window pads, strides and dilations
    /// @param zeroPoint of x, -128..127
    /// @return int32 [N,OH,OW,O]
    function depthwiseConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        int256 zeroPoint
    ) internal pure returns (Tensor) {
        uint256 placed = TensorLayerChecks.checkDepthwiseConv2d(x, weights, bias, window);
        return TensorInstructions.depthwiseConv2d(placed | _zeroPoint(zeroPoint), x, weights, bias);
    }

    /// @notice A convolution channel by channel.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [KH,KW,O]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window pads, strides and dilations
    /// @param quantization of the input and the output; the weights' zero point must be 0
    /// @return [N,OH,OW,O]
    function depthwiseConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        Quantization quantization
    ) internal pure returns (Tensor) {
        return _quantized(depthwiseConv2d(x, weights, bias, window, _convolved(quantization)), quantization);
    }

    /// @notice A convolution channel by channel, with a scale for each output channel.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [KH,KW,O]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window pads, strides and dilations
    /// @param quantization of the input and the output; its scale is not used
    /// @param factors int32 [2,O]: multipliers 0..2^31-1, then shifts -31..30
    /// @return [N,OH,OW,O]
    function depthwiseConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        Quantization quantization,
        Tensor factors
    ) internal pure returns (Tensor) {
        return _quantized(depthwiseConv2d(x, weights, bias, window, _convolved(quantization)), quantization, factors);
    }

    /// @notice Sums of a transposed convolution: each pixel adds its multiple of the kernel to the output.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window strides, and pads of the convolution that this reverses; with {Windows.same}, an output of stride
    /// * input
    /// @param zeroPoint of x, -128..127
    /// @return int32 [N,OH,OW,O]
    function transposeConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        int256 zeroPoint
    ) internal pure returns (Tensor) {
        uint256 placed = TensorLayerChecks.checkTransposeConv2d(x, weights, bias, window);
        return TensorInstructions.transposeConv2d(placed | _zeroPoint(zeroPoint), x, weights, bias);
    }

    /// @notice A transposed convolution.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window strides, and pads of the convolution that this reverses; with {Windows.same}, an output of stride
    /// * input
    /// @param quantization of the input and the output; the weights' zero point must be 0
    /// @return [N,OH,OW,O]
    function transposeConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        Quantization quantization
    ) internal pure returns (Tensor) {
        return _quantized(transposeConv2d(x, weights, bias, window, _convolved(quantization)), quantization);
    }

    /// @notice A transposed convolution with a scale for each output channel.
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C]
    /// @param bias int32 [O], or NO_BIAS
    /// @param window strides, and pads of the convolution that this reverses; with {Windows.same}, an output of stride
    /// * input
    /// @param quantization of the input and the output; its scale is not used
    /// @param factors int32 [2,O]: multipliers 0..2^31-1, then shifts -31..30
    /// @return [N,OH,OW,O]
    function transposeConv2d(
        Tensor x,
        Tensor weights,
        Tensor bias,
        Window window,
        Quantization quantization,
        Tensor factors
    ) internal pure returns (Tensor) {
        return _quantized(transposeConv2d(x, weights, bias, window, _convolved(quantization)), quantization, factors);
    }

    function _matmul(Tensor a, Tensor b, Tensor bias, uint256 attributes) private pure returns (Tensor) {
        (uint256 aType, uint256 bType) = (TensorInstructions.ttype(a), TensorInstructions.ttype(b));
        unchecked {
            if (TensorChecks.rankOf(aType) < 2) TensorChecks.requireRank("a", aType, 2);
            uint256 rank = TensorChecks.rankOf(bType);
            if (rank < 2) TensorChecks.requireRank("b", bType, 2);
            uint256 depth = TensorChecks.lastDimOf(aType);
            if (TensorChecks.lastDimOf(bType) != depth)
                TensorChecks.revertShape("b", bType, TensorChecks.withDim(bType, rank - 1, depth));
            TensorChecks.requireBroadcast(aType, bType, 2);
            TensorLayerChecks.checkContraction("a", aType, "b", bType, bias, attributes);
        }
        return TensorInstructions.matmul(attributes, a, b, bias);
    }

    function _dense(Tensor x, Tensor weights, Tensor bias, uint256 attributes) private pure returns (Tensor sums) {
        (uint256 xType, uint256 weightsType) = (TensorInstructions.ttype(x), TensorInstructions.ttype(weights));
        if (weightsType & 0xff00 != 0x200) TensorChecks.requireRank("weights", weightsType, 2);
        uint256 depth = (weightsType >> 48) & 0xffffffff;
        if (xType & 0xff00 >= 0x200 && TensorChecks.lastDimOf(xType) == depth) {
            TensorLayerChecks.checkContraction("x", xType, "weights", weightsType, bias, attributes);
            return TensorInstructions.matmul(attributes, x, weights, bias);
        }
        unchecked {
            uint256 count = TensorChecks.elementsOf(xType);
            if (count % depth != 0)
                TensorChecks.revertShape(
                    "x",
                    xType,
                    TensorChecks.withDim(xType, TensorChecks.rankOf(xType) - 1, depth)
                );
            TensorLayerChecks.checkContraction("x", xType, "weights", weightsType, bias, attributes);
            uint256 rowsType = (xType & 0xff) | 0x200 | ((count / depth) << 16) | (depth << 48);
            Tensor rows = TensorInstructions.reshape(rowsType, x);
            sums = TensorInstructions.matmul(attributes, rows, weights, bias);
            rows.free();
        }
    }

    function _zeroPoint(int256 value) private pure returns (uint256) {
        TensorChecks.requireRange("zero point", value, -128, 127);
        return uint256(value) & 0xffff;
    }

    /// @dev Zero point of the input of a convolution, which has none for its weights.
    function _convolved(Quantization quantization) private pure returns (int256) {
        TensorChecks.requireRange("weights zero point", quantization.weightsZeroPoint(), 0, 0);
        return quantization.inputZeroPoint();
    }

    /// @dev The output of a layer, from its sums, which are freed.
    function _quantized(Tensor sums, Quantization quantization) private pure returns (Tensor output) {
        if (quantization.leftShift() != 0)
            TensorChecks.revertRange("left shift", int256(quantization.leftShift()), 0, 0);
        output = TensorInstructions.rescale(
            quantization.rescaleAttributes(),
            sums,
            quantization.multiplier(),
            uint256(quantization.shift())
        );
        sums.free();
    }

    /// @dev The output of a layer with a scale for each channel, from its sums, which are freed.
    function _quantized(Tensor sums, Quantization quantization, Tensor factors) private pure returns (Tensor output) {
        // The zero point of the input was subtracted before.
        output = sums.rescale(quantization.withInputZeroPoint(0), factors);
        sums.free();
    }
}
