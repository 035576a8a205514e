// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

contract Counter {
    event Added(address indexed by, uint256 amount);

    error Nothing();

    uint256 public total;
    address public immutable owner = msg.sender;

    function add(uint256 amount) external {
        if (amount == 0) revert Nothing();
        total += amount;
        emit Added(msg.sender, amount);
    }
}
