// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {DType, NO_BIAS, Quantization, Tensor, Tensors, Window} from "tensor-evm/Tensor.sol";
import {Base, Data} from "./Base.sol";

contract Layers is Base {
    function matmul(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).matmul(load(b)));
    }

    function matmulZeroPoints(
        Data memory a,
        Data memory b,
        Data memory bias,
        int256 zeroPointA,
        int256 zeroPointB
    ) external pure returns (Data memory) {
        return store(load(a).matmul(load(b), optional(bias), zeroPointA, zeroPointB));
    }

    function matmulQuantized(
        Data memory a,
        Data memory b,
        Data memory bias,
        Quantization quantization
    ) external pure returns (Data memory) {
        return store(load(a).matmul(load(b), optional(bias), quantization));
    }

    /// @return result the output
    /// @return alive bytes of tensors that the layer leaves behind, its output included
    function fullyConnected(
        Data memory x,
        Data memory weights,
        Data memory bias,
        Quantization quantization
    ) external view returns (Data memory result, uint256 alive) {
        (Tensor input, Tensor w, Tensor b) = (load(x), load(weights), optional(bias));
        uint256 before = Tensors.space();
        Tensor y = input.fullyConnected(w, b, quantization);
        alive = live(before);
        result = store(y);
    }

    function fullyConnectedChannels(
        Data memory x,
        Data memory weights,
        Data memory bias,
        Quantization quantization,
        Data memory factors
    ) external view returns (Data memory result, uint256 alive) {
        (Tensor input, Tensor w, Tensor b, Tensor f) = (load(x), load(weights), optional(bias), load(factors));
        uint256 before = Tensors.space();
        Tensor y = input.fullyConnected(w, b, quantization, f);
        alive = live(before);
        result = store(y);
    }

    function conv2d(
        Data memory x,
        Data memory weights,
        Data memory bias,
        Window window,
        int256 zeroPoint
    ) external pure returns (Data memory) {
        return store(load(x).conv2d(load(weights), optional(bias), window, zeroPoint));
    }

    function conv2dQuantized(
        Data memory x,
        Data memory weights,
        Window window,
        Quantization quantization
    ) external pure returns (Data memory) {
        return store(load(x).conv2d(load(weights), NO_BIAS, window, quantization));
    }

    function conv2dChannels(
        Data memory x,
        Data memory weights,
        Window window,
        Quantization quantization,
        Data memory factors
    ) external pure returns (Data memory) {
        return store(load(x).conv2d(load(weights), NO_BIAS, window, quantization, load(factors)));
    }

    function depthwiseConv2d(
        Data memory x,
        Data memory weights,
        Data memory bias,
        Window window,
        int256 zeroPoint
    ) external pure returns (Data memory) {
        return store(load(x).depthwiseConv2d(load(weights), optional(bias), window, zeroPoint));
    }

    function depthwiseConv2dQuantized(
        Data memory x,
        Data memory weights,
        Window window,
        Quantization quantization
    ) external pure returns (Data memory) {
        return store(load(x).depthwiseConv2d(load(weights), NO_BIAS, window, quantization));
    }

    function depthwiseConv2dChannels(
        Data memory x,
        Data memory weights,
        Window window,
        Quantization quantization,
        Data memory factors
    ) external pure returns (Data memory) {
        return store(load(x).depthwiseConv2d(load(weights), NO_BIAS, window, quantization, load(factors)));
    }

    function transposeConv2d(
        Data memory x,
        Data memory weights,
        Data memory bias,
        Window window,
        int256 zeroPoint
    ) external pure returns (Data memory) {
        return store(load(x).transposeConv2d(load(weights), optional(bias), window, zeroPoint));
    }

    function transposeConv2dQuantized(
        Data memory x,
        Data memory weights,
        Window window,
        Quantization quantization
    ) external pure returns (Data memory) {
        return store(load(x).transposeConv2d(load(weights), NO_BIAS, window, quantization));
    }

    function transposeConv2dChannels(
        Data memory x,
        Data memory weights,
        Window window,
        Quantization quantization,
        Data memory factors
    ) external pure returns (Data memory) {
        return store(load(x).transposeConv2d(load(weights), NO_BIAS, window, quantization, load(factors)));
    }

    function avgPool2d(Data memory x, uint256 height, uint256 width) external pure returns (Data memory) {
        return store(load(x).avgPool2d(height, width));
    }

    function avgPool2dAt(
        Data memory x,
        uint256 height,
        uint256 width,
        Window window
    ) external pure returns (Data memory) {
        return store(load(x).avgPool2d(height, width, window));
    }

    function maxPool2d(Data memory x, uint256 height, uint256 width) external pure returns (Data memory) {
        return store(load(x).maxPool2d(height, width));
    }

    function maxPool2dAt(
        Data memory x,
        uint256 height,
        uint256 width,
        Window window
    ) external pure returns (Data memory) {
        return store(load(x).maxPool2d(height, width, window));
    }

    /// @notice Runs a layer on zeros of these shapes, for its checks only: 0 matmul, 1 conv2d, 2 depthwiseConv2d,
    /// 3 transposeConv2d, 4 avgPool2d, 5 maxPool2d. A pool takes its window from the second list.
    function onZeros(uint256 layer, uint256 kind, uint256[] memory x, uint256[] memory w, Window window) external pure {
        Tensor a = Tensors.zeros(DType.wrap(kind), dimsOf(x));
        if (layer == 4) a.avgPool2d(w[0], w[1], window);
        if (layer == 5) a.maxPool2d(w[0], w[1], window);
        if (layer >= 4) return;
        Tensor b = Tensors.zeros(DType.wrap(1), dimsOf(w));
        if (layer == 0) a.matmul(b);
        if (layer == 1) a.conv2d(b, NO_BIAS, window, 0);
        if (layer == 2) a.depthwiseConv2d(b, NO_BIAS, window, 0);
        if (layer == 3) a.transposeConv2d(b, NO_BIAS, window, 0);
    }

    /// @notice No dimensions stand for no tensor.
    function optional(Data memory d) internal pure returns (Tensor) {
        return d.dims.length == 0 ? NO_BIAS : load(d);
    }
}
