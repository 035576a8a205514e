// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

/// Наука é 中
abstract contract Cafe {
    uint256 internal immutable opened = block.timestamp;
    /* 🙂 */ function /* é */ age() external view virtual returns (uint256) { return block.timestamp - /* é */ opened; }
}
