// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Axes, Shape, Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

/// @notice A tensor as an external function takes and gives it.
struct Data {
    uint256 dtype;
    uint256[] dims;
    bytes data;
}

/// @notice Tensors in and out by instructions alone, so that nothing of what is tested is needed for it.
abstract contract Base {
    function load(Data memory d) internal pure returns (Tensor) {
        uint256 offset;
        bytes memory data = d.data;
        assembly ("memory-safe") {
            offset := add(data, 0x20)
        }
        return TensorInstructions.tmload(d.dtype | word(d.dims), offset);
    }

    function store(Tensor t) internal pure returns (Data memory d) {
        uint256 typeWord = TensorInstructions.ttype(t);
        d.dtype = typeWord & 0xff;
        d.dims = new uint256[]((typeWord >> 8) & 0xff);
        uint256 length = d.dtype == 1 ? 1 : d.dtype == 2 ? 2 : 4;
        for (uint256 i; i < d.dims.length; ++i) {
            d.dims[i] = (typeWord >> (16 + 32 * i)) & 0xffffffff;
            length *= d.dims[i];
        }
        d.data = new bytes(length);
        bytes memory data = d.data;
        uint256 offset;
        assembly ("memory-safe") {
            offset := add(data, 0x20)
        }
        TensorInstructions.tmstore(t, offset);
    }

    /// @notice Shape or axes of a list, whatever is in it.
    function word(uint256[] memory list) internal pure returns (uint256 result) {
        result = list.length << 8;
        for (uint256 i; i < list.length; ++i) result |= list[i] << (16 + 32 * i);
    }

    function dimsOf(uint256[] memory list) internal pure returns (Shape) {
        return Shape.wrap(word(list));
    }

    function axesOf(uint256[] memory list) internal pure returns (Axes) {
        return Axes.wrap(word(list));
    }

    /// @notice How many tensors the frame has made, this question included.
    function made() internal pure returns (uint256) {
        return Tensor.unwrap(TensorInstructions.tcalldataload(0x10101, 0));
    }

    /// @notice Bytes of tensors that are alive, from the free ones at the frame's beginning.
    function live(uint256 spaceBefore) internal view returns (uint256) {
        return spaceBefore - TensorInstructions.tspace();
    }
}
