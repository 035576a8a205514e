// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Counter} from "SOURCES/Counter.sol";

contract CounterTest {
    function test_Add() external {
        Counter counter = new Counter();
        counter.add(3);
        counter.add(4);
        require(counter.total() == 7 && counter.owner() == address(this), "total");
    }
}
