// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";

/// @notice Where the windows of a convolution or pool lie: pads, strides, dilations and groups. Made by {Windows.valid}
/// or {Windows.same}.
/// @dev The attribute word of CONV2D with zero point 0, and bit 255 for pads that follow from the sizes.
type Window is uint256;

using Windows for Window global;

/// @title Windows of convolutions and pools
/// @notice Builds them step by step: `Windows.same().withStride(2, 2)`. Of what is not set, strides and dilations are
/// 1, in one group.
library Windows {
    uint256 private constant SAME = 1 << 255;
    uint256 private constant FIELD = 0xffff;
    uint256 private constant PADS_AT = 16;
    uint256 private constant PADS = 0xffffffffffffffff;
    uint256 private constant STRIDES_AT = 80;
    uint256 private constant DILATIONS_AT = 112;
    uint256 private constant GROUPS_AT = 144;

    /// @notice Windows inside the input only: TFLite's VALID.
    /// @return the window
    function valid() internal pure returns (Window) {
        return Window.wrap(0);
    }

    /// @notice Windows over an input padded so that the output has ceil(input / stride) rows and columns: TFLite's
    /// SAME, with the odd pad below and to the right.
    /// @return the window
    function same() internal pure returns (Window) {
        return Window.wrap(SAME);
    }

    /// @notice The same windows over an input with these pads, each 0..2^16-1.
    /// @param self a window
    /// @param top rows above
    /// @param left columns to the left
    /// @param bottom rows below
    /// @param right columns to the right
    /// @return the window
    function withPads(
        Window self,
        uint256 top,
        uint256 left,
        uint256 bottom,
        uint256 right
    ) internal pure returns (Window) {
        uint256 upper = _field("top", top, 0, FIELD) | (_field("left", left, 0, FIELD) << 16);
        uint256 lower = (_field("bottom", bottom, 0, FIELD) << 32) | (_field("right", right, 0, FIELD) << 48);
        return Window.wrap((Window.unwrap(self) & ~(SAME | (PADS << PADS_AT))) | ((upper | lower) << PADS_AT));
    }

    /// @notice The same windows at other distances, 1..2^16.
    /// @param self a window
    /// @param height rows between windows
    /// @param width columns between windows
    /// @return the window
    function withStride(Window self, uint256 height, uint256 width) internal pure returns (Window) {
        return _withPair(self, STRIDES_AT, height, width);
    }

    /// @notice The same windows with their taps at other distances, 1..2^16.
    /// @param self a window
    /// @param height rows between taps
    /// @param width columns between taps
    /// @return the window
    function withDilation(Window self, uint256 height, uint256 width) internal pure returns (Window) {
        return _withPair(self, DILATIONS_AT, height, width);
    }

    /// @notice The same windows of a convolution whose channels are cut into groups.
    /// @param self a window
    /// @param count groups, 1..2^24
    /// @return the window
    function withGroups(Window self, uint256 count) internal pure returns (Window) {
        uint256 rest = Window.unwrap(self) & ~(uint256(0xffffff) << GROUPS_AT);
        return Window.wrap(rest | (_field("groups", count, 1, 1 << 24) << GROUPS_AT));
    }

    /// @notice Rows between windows.
    /// @param self a window
    /// @return 1..2^16
    function strideH(Window self) internal pure returns (uint256) {
        return _oneMore(self, STRIDES_AT, FIELD);
    }

    /// @notice Columns between windows.
    /// @param self a window
    /// @return 1..2^16
    function strideW(Window self) internal pure returns (uint256) {
        return _oneMore(self, STRIDES_AT + 16, FIELD);
    }

    /// @notice Columns between taps.
    /// @param self a window
    /// @return 1..2^16
    function dilationW(Window self) internal pure returns (uint256) {
        return _oneMore(self, DILATIONS_AT + 16, FIELD);
    }

    /// @notice Groups of channels.
    /// @param self a window
    /// @return 1..2^24
    function groups(Window self) internal pure returns (uint256) {
        return _oneMore(self, GROUPS_AT, 0xffffff);
    }

    /// @notice The window with its pads as numbers, after a check that it fits the padded input. Reverts with
    /// WindowTooLarge.
    /// @param self a window
    /// @param inputH rows of the input
    /// @param inputW columns of the input
    /// @param kernelH taps along the height, below 2^24
    /// @param kernelW taps along the width, below 2^24
    /// @return placed attribute word of CONV2D with zero point 0
    function placed(
        Window self,
        uint256 inputH,
        uint256 inputW,
        uint256 kernelH,
        uint256 kernelW
    ) internal pure returns (uint256) {
        uint256 word = _placedAxis(Window.unwrap(self), 0, inputH, kernelH);
        return _placedAxis(word, 1, inputW, kernelW) & ~SAME;
    }

    /// @notice Where a transposed convolution puts its output: the windows of the convolution that it reverses.
    /// @param self a window
    /// @param axis 0 for the height, 1 for the width
    /// @param input rows or columns of the input
    /// @param kernel taps along the axis
    /// @return before rows or columns of the full result cut off before the output
    /// @return output rows or columns of the output; reverts with ValueOutOfRange when the pads leave none
    function transposed(
        Window self,
        uint256 axis,
        uint256 input,
        uint256 kernel
    ) internal pure returns (uint256 before, uint256 output) {
        unchecked {
            uint256 word = Window.unwrap(self);
            uint256 stride = _oneMore(self, STRIDES_AT + 16 * axis, FIELD);
            // Dimensions are below 2^24 and strides at most 2^16: no sum reaches 2^42.
            uint256 reached = (input - 1) * stride + kernel;
            if (word & SAME != 0) {
                output = input * stride;
                before = reached > output ? (reached - output) / 2 : 0;
            } else {
                before = (word >> (PADS_AT + 16 * axis)) & FIELD;
                uint256 cut = before + ((word >> (PADS_AT + 32 + 16 * axis)) & FIELD);
                if (cut >= reached) TensorChecks.revertRange("pads", int256(cut), 0, int256(reached) - 1);
                output = reached - cut;
            }
        }
    }

    /// @notice Reverts with WindowNotSupported when taps are apart.
    /// @param self a window
    function requireNoDilation(Window self) internal pure {
        if ((Window.unwrap(self) >> DILATIONS_AT) & 0xffffffff != 0)
            revert TensorErrors.WindowNotSupported("dilation");
    }

    /// @notice Reverts with WindowNotSupported when there are several groups.
    /// @param self a window
    function requireOneGroup(Window self) internal pure {
        if ((Window.unwrap(self) >> GROUPS_AT) & 0xffffff != 0) revert TensorErrors.WindowNotSupported("groups");
    }

    /// @dev Fills in the pads of one axis, 0 for the height and 1 for the width, where they follow from the sizes.
    function _placedAxis(uint256 word, uint256 axis, uint256 input, uint256 kernel) private pure returns (uint256) {
        unchecked {
            // Dimensions are below 2^24, fields at most 2^16: no product reaches 2^42.
            uint256 span = (kernel - 1) * (((word >> (DILATIONS_AT + 16 * axis)) & FIELD) + 1) + 1;
            uint256 place = PADS_AT + 16 * axis;
            if (word & SAME != 0) {
                uint256 stride = ((word >> (STRIDES_AT + 16 * axis)) & FIELD) + 1;
                uint256 covered = ((input - 1) / stride) * stride + span;
                if (covered <= input) return word;
                uint256 total = covered - input;
                // The pad after is the greater one.
                uint256 last = _field("pad", total - total / 2, 0, FIELD);
                return word | ((total / 2) << place) | (last << (place + 32));
            }
            uint256 padded = input + ((word >> place) & FIELD) + ((word >> (place + 32)) & FIELD);
            if (span > padded) revert TensorErrors.WindowTooLarge(axis + 1, span, padded);
            return word;
        }
    }

    function _withPair(Window self, uint256 place, uint256 height, uint256 width) private pure returns (Window) {
        uint256 pair = _field("height", height, 1, 1 << 16) | (_field("width", width, 1, 1 << 16) << 16);
        return Window.wrap((Window.unwrap(self) & ~(uint256(0xffffffff) << place)) | (pair << place));
    }

    function _oneMore(Window self, uint256 place, uint256 mask) private pure returns (uint256) {
        unchecked {
            return ((Window.unwrap(self) >> place) & mask) + 1;
        }
    }

    /// @dev What a field stores: the value less the least one.
    function _field(bytes32 what, uint256 value, uint256 least, uint256 greatest) private pure returns (uint256) {
        unchecked {
            if (value < least || value > greatest)
                TensorChecks.revertRange(what, TensorChecks.shown(value), int256(least), int256(greatest));
            return value - least;
        }
    }
}
