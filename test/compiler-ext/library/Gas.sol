// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";
import {TensorGas} from "tensor-evm/compiler-ext/contracts/TensorGas.sol";
import {TensorGasState, TensorPrices} from "tensor-evm/compiler-ext/contracts/TensorGasPrices.sol";
import {TensorGasTypes} from "tensor-evm/compiler-ext/contracts/TensorGasTypes.sol";

/// @notice Prices a layer before it runs it.
contract Gas {
    function defaults() external pure returns (TensorPrices memory) {
        return TensorGas.defaultPrices();
    }

    /// @notice Prices of a product, of its rescaling and of freeing both, then the same instructions.
    function layer(uint256 inner) external view returns (uint256[4] memory expected) {
        TensorPrices memory prices = TensorGas.defaultPrices();
        Tensor a = TensorInstructions.tcalldataload(TensorInstructions.tensorType(1, 30, inner), 0);
        Tensor b = TensorInstructions.tcalldataload(TensorInstructions.tensorType(1, 50, inner), 0);
        (uint256 typeA, uint256 typeB) = (TensorInstructions.ttype(a), TensorInstructions.ttype(b));
        TensorGasState memory state = TensorGas.stateNow(prices);
        expected[0] = prices.matmul(state, typeA, typeB);
        uint256 sums = TensorGasTypes.product(typeA, typeB);
        state.made(sums);
        uint256 attributes = TensorInstructions.rescaleAttributes(1, 0, 0, 0, 0, 0, -128, 127);
        expected[1] = prices.rescale(state, attributes, sums, 0);
        state.made(TensorGasTypes.rescaled(attributes, sums));
        expected[2] = prices.tfree(2);
        state.freed(sums);
        expected[3] = prices.tspace();

        Tensor c = TensorInstructions.matmul(0, a, b, Tensor.wrap(0));
        Tensor d = TensorInstructions.rescale(attributes, c, 1 << 30, 0);
        require(TensorInstructions.ttype(d) == TensorGasTypes.rescaled(attributes, sums));
        TensorInstructions.tfree(Tensor.unwrap(c), 1 + Tensor.unwrap(d) - Tensor.unwrap(c));
        state.freed(TensorGasTypes.rescaled(attributes, sums));
        require(state.liveBytes == prices.arenaBytes - TensorInstructions.tspace());
    }

    function unpayable() external pure returns (uint256, uint256) {
        TensorGasState memory state;
        uint256 typeWord = TensorInstructions.tensorType(1, 1);
        uint256 gas = TensorGas.defaultPrices().tmload(state, typeWord, type(uint256).max);
        return (gas, TensorGas.UNPAYABLE);
    }
}
