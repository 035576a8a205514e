// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

/// @title Counts of work
/// @notice Arithmetic of what prices count. Numbers stay so far below 2^256 that nothing overflows.
library TensorGasCounts {
    /// @dev Where counts saturate.
    uint256 private constant MAX_COUNT = 2 ** 53 - 1;

    /// @notice A count as it is priced.
    /// @param exact what was counted
    /// @return the same, 2^53-1 at most
    function saturated(uint256 exact) internal pure returns (uint256) {
        return exact < MAX_COUNT ? exact : MAX_COUNT;
    }

    /// @notice Rounds up to whole quanta.
    /// @param value any
    /// @param quantum a power of two
    /// @return the next multiple of the quantum
    function roundUp(uint256 value, uint256 quantum) internal pure returns (uint256) {
        unchecked {
            return (value + quantum - 1) & ~(quantum - 1);
        }
    }

    /// @notice How many parts there are.
    /// @param value any
    /// @param part size of each but for the last, not 0
    /// @return value / part, rounded up
    function parts(uint256 value, uint256 part) internal pure returns (uint256) {
        unchecked {
            return (value + part - 1) / part;
        }
    }

    /// @notice The smaller of two.
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @notice The larger of two.
    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? b : a;
    }
}
