// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {UpgradeableBeacon} from "@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol";
import {ProxyAdmin, TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {TensorInstructions} from "tensor-evm/Tensor.sol";

contract Upgrader {
    function make(address logic, bytes calldata data) external payable returns (address) {
        require(TensorInstructions.tspace() > 0);
        return address(new TransparentUpgradeableProxy(logic, msg.sender, data));
    }
}

// Embeds a proxy that the one above embeds, too: what it embeds else is tied to them.
contract Maker {
    function make(address logic) external returns (address, address) {
        return (address(new TransparentUpgradeableProxy(logic, msg.sender, "")), address(new UpgradeableBeacon(logic, msg.sender)));
    }
}

contract Apart {
    function make(address beacon) external returns (address) {
        return address(new BeaconProxy(beacon, ""));
    }
}
