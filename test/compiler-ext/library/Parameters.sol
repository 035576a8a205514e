// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {DType, Quantization, Quantizations, Window, Windows} from "tensor-evm/Tensor.sol";

contract Parameters {
    function fromScale(uint256 numerator, uint256 denominator) external pure returns (uint256, int256) {
        Quantization q = Quantizations.fromScale(numerator, denominator);
        return (q.multiplier(), q.shift());
    }

    /// @notice Many scales in one call.
    function fromScales(uint256[2][] calldata scales) external pure returns (uint256[] memory m, int256[] memory s) {
        m = new uint256[](scales.length);
        s = new int256[](scales.length);
        for (uint256 i; i < scales.length; ++i) {
            Quantization q = Quantizations.fromScale(scales[i][0], scales[i][1]);
            (m[i], s[i]) = (q.multiplier(), q.shift());
        }
    }

    function fromMultiplier(int256 factor, int256 places) external pure returns (Quantization) {
        return Quantizations.fromMultiplier(factor, places);
    }

    function withInputZeroPoint(Quantization q, int256 value) external pure returns (Quantization) {
        return q.withInputZeroPoint(value);
    }

    function withWeightsZeroPoint(Quantization q, int256 value) external pure returns (Quantization) {
        return q.withWeightsZeroPoint(value);
    }

    function withOutputZeroPoint(Quantization q, int256 value) external pure returns (Quantization) {
        return q.withOutputZeroPoint(value);
    }

    function withDType(Quantization q, uint256 kind) external pure returns (Quantization) {
        return q.withDType(DType.wrap(kind));
    }

    function withRange(Quantization q, int256 least, int256 greatest) external pure returns (Quantization) {
        return q.withRange(least, greatest);
    }

    function withRelu(Quantization q) external pure returns (Quantization) {
        return q.withRelu();
    }

    function withSingleRounding(Quantization q) external pure returns (Quantization) {
        return q.withSingleRounding();
    }

    function withLeftShift(Quantization q, uint256 value) external pure returns (Quantization) {
        return q.withLeftShift(value);
    }

    function says(Quantization q) external pure returns (int256[10] memory) {
        return [
            int256(q.multiplier()),
            q.shift(),
            q.inputZeroPoint(),
            q.weightsZeroPoint(),
            q.outputZeroPoint(),
            int256(DType.unwrap(q.dtype())),
            q.low(),
            q.high(),
            q.roundsOnce() ? int256(1) : int256(0),
            int256(q.leftShift())
        ];
    }

    function valid() external pure returns (Window) {
        return Windows.valid();
    }

    function same() external pure returns (Window) {
        return Windows.same();
    }

    function withPads(Window w, uint256[4] memory p) external pure returns (Window) {
        return w.withPads(p[0], p[1], p[2], p[3]);
    }

    function withStride(Window w, uint256 height, uint256 width) external pure returns (Window) {
        return w.withStride(height, width);
    }

    function withDilation(Window w, uint256 height, uint256 width) external pure returns (Window) {
        return w.withDilation(height, width);
    }

    function withGroups(Window w, uint256 count) external pure returns (Window) {
        return w.withGroups(count);
    }

    function placed(Window w, uint256[4] memory sizes) external pure returns (uint256) {
        return w.placed(sizes[0], sizes[1], sizes[2], sizes[3]);
    }
}
