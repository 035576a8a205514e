// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import "tensor-evm/Tensor.sol";
import {Base, Data} from "./Base.sol";

contract InOut is Base {
    function calldataIn(bytes calldata data, uint256 kind, uint256[] memory list) external pure returns (Data memory) {
        return store(Tensors.fromCalldata(data, DType.wrap(kind), dimsOf(list)));
    }

    function bytesIn(bytes memory data, uint256 kind, uint256[] memory list) external pure returns (Data memory) {
        return store(Tensors.fromBytes(data, DType.wrap(kind), dimsOf(list)));
    }

    function codeIn(
        address account,
        uint256 offset,
        uint256 kind,
        uint256[] memory list
    ) external view returns (Data memory) {
        return store(Tensors.fromCode(account, offset, DType.wrap(kind), dimsOf(list)));
    }

    function modelIn(
        bytes32 model,
        uint256 index,
        uint256 kind,
        uint256[] memory list
    ) external view returns (Data memory) {
        return store(Tensors.fromModel(model, index, DType.wrap(kind), dimsOf(list)));
    }

    function modelRows(bytes32 model, uint256 index, uint256 first, uint256 count) external view returns (Data memory) {
        return store(Tensors.fromModel(model, index, first, count));
    }

    function arrayIn(int256[] memory values, uint256 kind, uint256[] memory list) external pure returns (Data memory) {
        return store(Tensors.fromArray(values, DType.wrap(kind), dimsOf(list)));
    }

    function scalar(int256 value) external pure returns (Data memory) {
        return store(Tensors.scalar(value));
    }

    function zeros(uint256 kind, uint256[] memory list) external pure returns (Data memory) {
        return store(Tensors.zeros(DType.wrap(kind), dimsOf(list)));
    }

    function full(int256 value, uint256 kind, uint256[] memory list) external view returns (Data memory, uint256) {
        uint256 before = Tensors.space();
        Tensor t = Tensors.full(value, DType.wrap(kind), dimsOf(list));
        return (store(t), live(before));
    }

    function describe(Data memory d) external pure returns (uint256, uint256, uint256, bytes32) {
        Tensor t = load(d);
        return (Shape.unwrap(t.shape()), DType.unwrap(t.dtype()), t.elements(), t.root());
    }

    /// @notice The bytes between other things in memory, which must stay as they are.
    function bytesOut(Data memory d) external pure returns (bytes memory out, bytes memory before, bytes memory behind) {
        Tensor t = load(d);
        before = new bytes(40);
        for (uint256 i; i < 40; ++i) before[i] = 0xff;
        // What was written to free memory before is still there.
        assembly ("memory-safe") {
            let end := add(mload(0x40), 0x1000)
            for { let place := mload(0x40) } lt(place, end) { place := add(place, 0x20) } { mstore(place, not(0)) }
        }
        out = t.toBytes();
        behind = new bytes(40);
        assembly ("memory-safe") {
            // The last word of the bytes, of which what is past their end must be zero.
            if mod(mload(out), 0x20) {
                let tail := mload(add(out, and(add(mload(out), 0x1f), not(0x1f))))
                if shl(mul(8, mod(mload(out), 0x20)), tail) { invalid() }
            }
        }
    }

    function arrayOut(Data memory d) external pure returns (int256[] memory values, bytes memory behind) {
        values = load(d).toArray();
        behind = new bytes(64);
    }

    function get(Data memory d, uint256 index) external view returns (int256 value, uint256 alive) {
        Tensor t = load(d);
        uint256 before = Tensors.space();
        value = t.get(index);
        alive = live(before);
    }

    function freed(Data memory d) external view returns (uint256) {
        uint256 before = Tensors.space();
        Tensor t = load(d);
        t.free();
        t.free();
        return live(before);
    }

    /// @notice Makes far more tensors than may be alive, and keeps one.
    function scopes(Data memory d, uint256 turns) external view returns (Data memory, uint256, uint256) {
        uint256 before = Tensors.space();
        Tensor x = load(d);
        Tensor sum = Tensors.zeros(INT32, x.shape());
        for (uint256 i; i < turns; ++i) {
            Tensor start = Tensors.mark();
            Tensor next = sum + x * x - x;
            sum.free();
            Tensors.release(start, next);
            sum = next;
        }
        uint256 alive = live(before);
        Tensor last = Tensors.mark();
        x + x;
        Tensors.release(last);
        return (store(sum), alive, live(before));
    }

    function keep(uint256 which) external pure {
        Tensors.scalar(1);
        Tensor start = Tensors.mark();
        Tensors.scalar(2);
        Tensors.release(start, Tensor.wrap(which));
    }

    function shapes(uint256[6] memory d) external pure returns (uint256[6] memory) {
        return [
            Shape.unwrap(shape(d[0])),
            Shape.unwrap(shape(d[0], d[1])),
            Shape.unwrap(shape(d[0], d[1], d[2])),
            Shape.unwrap(shape(d[0], d[1], d[2], d[3])),
            Shape.unwrap(shape(d[0], d[1], d[2], d[3], d[4])),
            Shape.unwrap(shape(d[0], d[1], d[2], d[3], d[4], d[5]))
        ];
    }

    function axisLists(uint256[6] memory d) external pure returns (uint256[6] memory) {
        return [
            Axes.unwrap(axes(d[0])),
            Axes.unwrap(axes(d[0], d[1])),
            Axes.unwrap(axes(d[0], d[1], d[2])),
            Axes.unwrap(axes(d[0], d[1], d[2], d[3])),
            Axes.unwrap(axes(d[0], d[1], d[2], d[3], d[4])),
            Axes.unwrap(axes(d[0], d[1], d[2], d[3], d[4], d[5]))
        ];
    }

    function oneShape(uint256 which, uint256 value) external pure returns (Shape) {
        uint256[6] memory d = [uint256(1), 1, 1, 1, 1, 1];
        d[which] = value;
        return shape(d[0], d[1], d[2], d[3], d[4], d[5]);
    }

    function oneAxisList(uint256 which, uint256 value) external pure returns (Axes) {
        uint256[6] memory d;
        d[which] = value;
        return axes(d[0], d[1], d[2], d[3], d[4], d[5]);
    }

    function shapeSays(
        uint256[] memory list,
        uint256 axis
    ) external pure returns (uint256, uint256, uint256, uint256[] memory) {
        Shape s = dimsOf(list);
        return (s.rank(), s.dim(axis), s.elements(), s.toArray());
    }

    function axesSay(uint256[] memory list, uint256 axis) external pure returns (uint256, uint256, uint256[] memory) {
        Axes a = axesOf(list);
        return (a.length(), a.get(axis), a.toArray());
    }

    function dtypeSays(uint256 kind) external pure returns (uint256, int256, int256) {
        DType d = DType.wrap(kind);
        return (d.bytesPerElement(), d.min(), d.max());
    }

    function comparisons() external pure returns (bool[8] memory) {
        return [
            shape(2, 3) == shape(2, 3),
            shape(2, 3) == shape(3, 2),
            shape(2, 3) != shape(2, 3, 1),
            shape(2, 3) != shape(2, 3),
            INT8 == INT8,
            INT8 == INT16,
            INT16 != INT32,
            INT32 != INT32
        ];
    }
}
