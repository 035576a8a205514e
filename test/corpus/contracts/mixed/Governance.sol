// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {TensorInstructions} from "tensor-evm/Tensor.sol";

contract Clerk {
    function isDue(TimelockController timelock, bytes32 id) external view returns (bool) {
        return timelock.isOperationReady(id) && TensorInstructions.tspace() > 0;
    }
}
