// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {
    Tensor,
    TensorFieldOutOfRange,
    TensorInstructionNotLowered,
    TensorInstructions
} from "./compiler-ext/contracts/TensorInstructions.sol";
