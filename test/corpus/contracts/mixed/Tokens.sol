// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {TensorInstructions} from "tensor-evm/Tensor.sol";

contract Gated is ERC20("Gated", "GTD"), Ownable {
    uint256 internal immutable room = TensorInstructions.tspace();

    constructor() Ownable(msg.sender) {}

    function _update(address from, address to, uint256 value) internal override {
        require(TensorInstructions.tspace() <= room, "too little room");
        super._update(from, to, value);
    }
}

contract Plain is ERC20("Plain", "PLN"), ERC20Burnable {}

// Has no instruction of its own.
contract Deployer {
    function deploy() external returns (Gated, bytes32) {
        return (new Gated(), keccak256(type(Gated).creationCode));
    }
}
