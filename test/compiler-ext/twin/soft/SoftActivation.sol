// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Fields, SoftMachine, SoftTensor} from "./SoftMachine.sol";

/// @notice What RESCALE is told, with its tensors.
struct Rescaling {
    SoftTensor x;
    SoftTensor multipliers;
    SoftTensor shifts;
    uint256 dtype;
    uint256 perChannel;
    uint256 rounding;
    uint256 inputShift;
    int256 inputZeroPoint;
    int256 outputZeroPoint;
    int256 low;
    int256 high;
}

/// @title Rescaling and activations
library SoftActivation {
    function rescale(
        uint256 attributes,
        uint256 x,
        uint256 multiplier,
        uint256 shift
    ) internal pure returns (uint256 handle) {
        Rescaling memory r;
        Fields memory fields = Fields(attributes);
        r.dtype = fields.take(8);
        r.perChannel = fields.take(2);
        r.rounding = fields.take(1);
        r.inputShift = fields.take(8);
        r.inputZeroPoint = fields.takeSigned(16);
        r.outputZeroPoint = fields.takeSigned(16);
        r.low = fields.takeSigned(32);
        r.high = fields.takeSigned(32);
        fields.finish();
        r.x = SoftMachine.tensorOf(x);
        checkRescaling(r);
        uint256 channels = r.x.shape[r.x.shape.length - 1];
        if (r.perChannel == 0) {
            SoftMachine.check(multiplier < 2 ** 31 && int256(shift) >= -31 && int256(shift) <= 30);
        } else {
            r.multipliers = SoftMachine.tensorOf(multiplier);
            if (r.perChannel == 1) {
                r.shifts = SoftMachine.tensorOf(shift);
                SoftMachine.checkVector(r.multipliers, SoftMachine.INT32, channels);
                SoftMachine.checkVector(r.shifts, SoftMachine.INT8, channels);
            } else {
                SoftMachine.check(shift == 0 && r.multipliers.dtype == SoftMachine.INT32);
                uint256[] memory packed = r.multipliers.shape;
                SoftMachine.check(packed.length == 2 && packed[0] == 2 && packed[1] == channels);
            }
        }
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(r.dtype, r.x.shape);
        for (uint256 i; i < output.data.length; ++i) {
            (int256 m, int256 s) = r.perChannel == 0
                ? (int256(multiplier), int256(shift))
                : channelFactors(r, i % channels, channels);
            output.data[i] = rescaled(r, r.x.data[i], m, s);
        }
    }

    function checkRescaling(Rescaling memory r) private pure {
        SoftMachine.check(r.dtype >= SoftMachine.INT8 && r.dtype <= SoftMachine.INT32 && r.perChannel != 3);
        uint256 from = r.x.dtype;
        SoftMachine.check(r.inputShift <= (from == SoftMachine.INT8 ? 22 : from == SoftMachine.INT16 ? 15 : 0));
        checkZeroPoint(r.inputZeroPoint, from);
        checkZeroPoint(r.outputZeroPoint, r.dtype);
        SoftMachine.check(SoftMachine.least(r.dtype) <= r.low && r.low <= r.high);
        SoftMachine.check(r.high <= SoftMachine.greatest(r.dtype));
    }

    function checkZeroPoint(int256 zeroPoint, uint256 dtype) private pure {
        if (dtype == SoftMachine.INT32) SoftMachine.check(zeroPoint == 0);
        SoftMachine.check(zeroPoint >= SoftMachine.least(dtype) && zeroPoint <= SoftMachine.greatest(dtype));
    }

    /// @dev Any data is valid: a multiplier has 31 bits, a shift the range of a shift word.
    function channelFactors(
        Rescaling memory r,
        uint256 channel,
        uint256 channels
    ) private pure returns (int256 multiplier, int256 shift) {
        multiplier = r.multipliers.data[channel] & 0x7fffffff;
        shift = r.perChannel == 1 ? r.shifts.data[channel] : r.multipliers.data[channels + channel];
        if (shift < -31) shift = -31;
        if (shift > 30) shift = 30;
    }

    function rescaled(
        Rescaling memory r,
        int256 x,
        int256 multiplier,
        int256 shift
    ) private pure returns (int256) {
        int256 value = (x - r.inputZeroPoint) << r.inputShift;
        uint256 places = uint256(31 - shift);
        int256 rounder = int256(1 << (places - 1));
        if (r.rounding == 0 && places > 31) rounder += value >= 0 ? int256(2 ** 30) : -int256(2 ** 30);
        return limit(r.outputZeroPoint + ((value * multiplier + rounder) >> places), r.low, r.high);
    }

    function limit(int256 value, int256 low, int256 high) private pure returns (int256) {
        return value < low ? low : value > high ? high : value;
    }

    function clamp(uint256 attributes, uint256 xHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        Fields memory fields = Fields(attributes);
        int256 low = fields.takeSigned(32);
        int256 high = fields.takeSigned(32);
        fields.finish();
        SoftMachine.check(SoftMachine.least(x.dtype) <= low && low <= high && high <= SoftMachine.greatest(x.dtype));
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(x.dtype, x.shape);
        for (uint256 i; i < output.data.length; ++i) output.data[i] = limit(x.data[i], low, high);
    }

    function table(uint256 xHandle, uint256 tableHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        SoftTensor memory t = SoftMachine.tensorOf(tableHandle);
        bool isInt8 = x.dtype == SoftMachine.INT8;
        SoftMachine.check(isInt8 || x.dtype == SoftMachine.INT16);
        SoftMachine.checkVector(t, isInt8 ? t.dtype : SoftMachine.INT16, isInt8 ? 256 : 513);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(isInt8 ? t.dtype : SoftMachine.INT32, x.shape);
        for (uint256 i; i < output.data.length; ++i) {
            int256 value = x.data[i];
            if (isInt8) output.data[i] = t.data[uint256(value + 128)];
            else {
                // Between two entries, 128 steps apart.
                uint256 entry = uint256((value >> 7) + 256);
                output.data[i] = t.data[entry] * 128 + (t.data[entry + 1] - t.data[entry]) * (value & 127);
            }
        }
    }

    function softmax(uint256 attributes, uint256 xHandle, uint256 tableHandle) internal pure returns (uint256 handle) {
        SoftTensor memory x = SoftMachine.tensorOf(xHandle);
        SoftTensor memory t = SoftMachine.tensorOf(tableHandle);
        SoftMachine.check(attributes <= 2 && x.dtype == SoftMachine.INT8);
        SoftMachine.checkVector(t, SoftMachine.INT32, 256);
        uint256 length = x.shape[x.shape.length - 1];
        SoftMachine.check(length <= 4095);
        SoftTensor memory output;
        (handle, output) = SoftMachine.create(attributes == 0 ? SoftMachine.INT8 : SoftMachine.INT16, x.shape);
        for (uint256 start; start < x.data.length; start += length)
            softmaxRow(attributes, x.data, t.data, output.data, start, length);
    }

    /// @dev The exponentials are kept in the output until their sum is known.
    function softmaxRow(
        uint256 form,
        int256[] memory x,
        int256[] memory exponentials,
        int256[] memory output,
        uint256 start,
        uint256 length
    ) private pure {
        int256 greatest = -128;
        for (uint256 i = start; i < start + length; ++i) if (x[i] > greatest) greatest = x[i];
        int256 sum;
        for (uint256 i = start; i < start + length; ++i) {
            int256 e = exponentials[uint256(greatest - x[i])];
            output[i] = e < 0 ? int256(0) : e;
            sum += (output[i] + 2048) >> 12;
        }
        if (sum < 2 ** 19) sum = 2 ** 19;
        uint256 zeros;
        while (sum < int256(2 ** (31 - zeros))) ++zeros;
        int256 z = reciprocal(sum << (zeros - 1));
        uint256 places = form == 0 ? 35 - zeros : form == 1 ? 27 - zeros : 28 - zeros;
        int256 most = form == 0 ? int256(127) : int256(32767);
        int256 zeroPoint = form == 0 ? int256(-128) : form == 1 ? int256(-32768) : int256(0);
        for (uint256 i = start; i < start + length; ++i) {
            int256 y = ((roundedProduct(output[i], z) + int256(1 << (places - 1))) >> places) + zeroPoint;
            output[i] = y < most ? y : most;
        }
    }

    /// @dev About 2^61 / h for h in 2^30..2^31-1, in three steps of Newton's method.
    function reciprocal(int256 h) private pure returns (int256 z) {
        int256 v = 1515870810 + roundedProduct(h, -1010580540);
        for (uint256 step; step < 3; ++step) v += 4 * roundedProduct(v, 2 ** 29 - roundedProduct(h, v));
        z = 2 * v;
        if (z > 2 ** 31 - 1) z = 2 ** 31 - 1;
    }

    function roundedProduct(int256 a, int256 b) private pure returns (int256) {
        return (a * b + 2 ** 30) >> 31;
    }
}
