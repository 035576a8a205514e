// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

/// @notice A contract whose constructor uses instructions, and whose tensors are of frames of its own.
contract Probe {
    bytes32 public immutable root;
    uint256 public immutable space;
    int256[3] public seen;

    error Small(uint256 space);

    constructor(bytes memory data) {
        uint256 start;
        assembly ("memory-safe") {
            start := add(data, 32)
        }
        Tensor a = TensorInstructions.tmload(TensorInstructions.tensorType(2, data.length / 2), start);
        Tensor b = TensorInstructions.reduceMax(1, a);
        // A constructor has no calldata: zeros.
        Tensor c = TensorInstructions.tcalldataload(TensorInstructions.tensorType(2, 3), 0);
        root = bytes32(TensorInstructions.concat(0, b, c).troot());
        space = TensorInstructions.tspace();
        seen[0] = int256(Tensor.unwrap(c));
    }

    /// @notice Halves the arena until it is small, in a frame below the caller's.
    function fill(uint256 bytesEach, uint256 count, bool strict) external returns (uint256 left) {
        for (uint256 i; i < count; ++i)
            TensorInstructions.tcalldataload(TensorInstructions.tensorType(1, bytesEach), 4);
        left = TensorInstructions.tspace();
        seen[1] = int256(left);
        if (strict && left < 30000) revert Small(left);
    }

    /// @notice Handles of a static call's frame, made of what is in its calldata.
    function peek(bytes calldata data) external view returns (uint256 handle, uint256 left, bytes32 commitment) {
        uint256 start;
        assembly ("memory-safe") {
            start := data.offset
        }
        Tensor x = TensorInstructions.tcalldataload(TensorInstructions.tensorType(1, data.length), start);
        Tensor y = x.maximum(x);
        (handle, left, commitment) = (Tensor.unwrap(y), TensorInstructions.tspace(), bytes32(y.troot()));
    }
}

/// @notice Makes probes and works with them while tensors of its own are alive.
contract Workshop {
    event Made(address indexed probe, bytes32 root, uint256 space);
    event Asked(bool ok, bytes answer, uint256 left, uint256 handles);

    error NoProbe(uint256 index);

    Probe[] public probes;
    uint256 transient private depth;

    receive() external payable {}

    /// @notice Creates a probe, from a frame with tensors.
    function make(bytes calldata data, uint256 held) external returns (Probe probe) {
        hold(held);
        try new Probe(data) returns (Probe made) {
            probe = made;
            probes.push(made);
            emit Made(address(made), made.root(), made.space());
        } catch (bytes memory reason) {
            uint256 left = TensorInstructions.tspace();
            emit Asked(false, reason, left, hold(1));
        }
    }

    /// @notice Calls a probe, whose tensors count beside those of this frame.
    function ask(uint256 index, uint256 held, uint256 bytesEach, uint256 count, bool strict) external {
        Probe probe = probeAt(index);
        hold(held);
        (bool ok, bytes memory answer) = address(probe).call{gas: gasleft() / 2}(
            abi.encodeCall(Probe.fill, (bytesEach, count, strict))
        );
        // Before the next line's: solc's pipelines do not agree on which argument comes first.
        uint256 left = TensorInstructions.tspace();
        emit Asked(ok, answer, left, hold(1));
    }

    /// @notice As {ask}, for a view function: solc makes a static call of it.
    function look(
        uint256 index,
        uint256 held,
        bytes calldata data
    ) external view returns (uint256 handle, uint256 left, bytes32 commitment, uint256 ownLeft) {
        hold(held);
        (handle, left, commitment) = probeAt(index).peek(data);
        ownLeft = TensorInstructions.tspace();
    }

    /// @notice Enters itself again with tensors of each frame alive, until it is too deep.
    function dive(uint256 levels, uint256 held) external returns (uint256[] memory spaces) {
        hold(held);
        depth++;
        if (depth >= levels) return spaces = new uint256[](levels);
        try this.dive(levels, held + 1) returns (uint256[] memory inner) {
            spaces = inner;
        } catch {
            spaces = new uint256[](levels);
        }
        spaces[depth - 1 - (depth > levels ? 1 : 0)] = TensorInstructions.tspace();
        depth--;
    }

    function probeAt(uint256 index) private view returns (Probe) {
        if (index >= probes.length) revert NoProbe(index);
        return probes[index];
    }

    /// @dev Makes tensors of two pixels. @return the last handle
    function hold(uint256 count) private pure returns (uint256 handle) {
        bytes4 pixel = hex"0a0bfcfd";
        bytes memory data = abi.encodePacked(pixel);
        uint256 start;
        assembly ("memory-safe") {
            start := add(data, 32)
        }
        uint256 typeWord = TensorInstructions.tensorType(2, 1, 2);
        for (uint256 i; i < count; ++i) handle = Tensor.unwrap(TensorInstructions.tmload(typeWord, start));
    }
}
