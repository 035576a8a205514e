// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Quantization, Quantizations} from "./compiler-ext/contracts/Quantization.sol";
import {TensorErrors} from "./compiler-ext/contracts/TensorErrors.sol";
import {
    Tensor,
    TensorFieldOutOfRange,
    TensorInstructionNotLowered,
    TensorInstructions
} from "./compiler-ext/contracts/TensorInstructions.sol";
import {NO_BIAS, Tensors} from "./compiler-ext/contracts/Tensors.sol";
import {Axes, axes, DType, INT16, INT32, INT8, Shape, shape} from "./compiler-ext/contracts/TensorTypes.sol";
import {Window, Windows} from "./compiler-ext/contracts/Window.sol";
