// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

library Mistaken {
    /// @custom:evm-opcode MATMULL
    function product(uint256 a) internal pure returns (uint256 output) {
        output = a;
    }
}
