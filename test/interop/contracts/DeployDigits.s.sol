// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {DigitClassifier} from "SOURCES/DigitClassifier.sol";

interface Vm {
    function startBroadcast() external;
    function envBytes32(string calldata name) external view returns (bytes32);
}

contract DeployDigits {
    bool public constant IS_SCRIPT = true;
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function run() external {
        vm.startBroadcast();
        new DigitClassifier{value: 10000}(vm.envBytes32("ROOT"));
    }
}
