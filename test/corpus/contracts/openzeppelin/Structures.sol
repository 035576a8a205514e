// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {Create3} from "@openzeppelin/contracts/utils/Create3.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {CircularBuffer} from "@openzeppelin/contracts/utils/structs/CircularBuffer.sol";
import {DoubleEndedQueue} from "@openzeppelin/contracts/utils/structs/DoubleEndedQueue.sol";
import {EnumerableMap} from "@openzeppelin/contracts/utils/structs/EnumerableMap.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {Heap} from "@openzeppelin/contracts/utils/structs/Heap.sol";
import {MerkleTree} from "@openzeppelin/contracts/utils/structs/MerkleTree.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

contract Structures {
    using Arrays for uint256[];
    using BitMaps for BitMaps.BitMap;
    using Checkpoints for Checkpoints.Trace208;
    using CircularBuffer for CircularBuffer.Bytes32CircularBuffer;
    using DoubleEndedQueue for DoubleEndedQueue.Bytes32Deque;
    using EnumerableMap for EnumerableMap.AddressToUintMap;
    using EnumerableSet for EnumerableSet.AddressSet;
    using Heap for Heap.Uint256Heap;
    using MerkleTree for MerkleTree.Bytes32PushTree;
    using Time for Time.Delay;

    BitMaps.BitMap internal bits;
    Checkpoints.Trace208 internal trace;
    CircularBuffer.Bytes32CircularBuffer internal ring;
    DoubleEndedQueue.Bytes32Deque internal queue;
    EnumerableMap.AddressToUintMap internal map;
    EnumerableSet.AddressSet internal set;
    Heap.Uint256Heap internal heap;
    MerkleTree.Bytes32PushTree internal tree;
    Time.Delay internal delay;

    constructor() {
        ring.setup(16);
        tree.setup(10, bytes32(0));
    }

    function put(address key, uint256 value) external returns (bool) {
        bits.setTo(value, true);
        trace.push(Time.timestamp(), SafeCast.toUint208(value));
        ring.push(bytes32(value));
        queue.pushBack(bytes32(value));
        heap.insert(value);
        heap.insert(value, greater);
        tree.push(keccak256(abi.encode(key, value)));
        (delay, ) = delay.withUpdate(SafeCast.toUint32(value), 5);
        return set.add(key) && map.set(key, value);
    }

    function take(address key) external returns (bytes32, uint256, uint256) {
        set.remove(key);
        return (queue.popFront(), heap.pop(), map.get(key));
    }

    function look(uint48 when) external view returns (address[] memory, uint208, bytes32, bool) {
        return (set.values(), trace.upperLookupRecent(when), ring.last(0), bits.get(when));
    }

    function sorted(uint256[] memory values, uint256 value) external pure returns (uint256[] memory, uint256) {
        values.sort(greater);
        values.sort();
        return (values, values.lowerBoundMemory(value));
    }

    function sums(uint256 a, uint256 b, uint256 c, int256 d) external view returns (uint256, uint256, uint256, int256) {
        return (
            Math.mulDiv(a, b, c, Math.Rounding.Ceil),
            Math.sqrt(a) + Math.log10(b) + Math.log256(c) + Math.invMod(a, b),
            Math.modExp(a, b, c),
            SignedMath.average(d, SafeCast.toInt256(a)) + SafeCast.toInt24(d)
        );
    }

    function slots(string calldata text, uint256 value) external returns (bytes32 slot) {
        slot = SlotDerivation.deriveMapping(SlotDerivation.erc7201Slot(text), msg.sender);
        TransientSlot.tstore(TransientSlot.asUint256(slot), value + TransientSlot.tload(TransientSlot.asUint256(slot)));
    }

    function create(bytes32 salt, bytes calldata code) external payable returns (address, address, address) {
        address first = Create2.deploy(msg.value, salt, code);
        return (first, Create2.computeAddress(salt, keccak256(code)), Create3.computeAddress(salt));
    }

    function greater(uint256 a, uint256 b) internal pure returns (bool) {
        return a > b;
    }
}
