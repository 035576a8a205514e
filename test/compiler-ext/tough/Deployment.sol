// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import "Ops.sol";

contract Inner {
  uint8 public immutable small;
  bytes32 public immutable digest;
  address public immutable maker = msg.sender;
  constructor(bytes memory data, uint8 n) { small = n; digest = commitment(data); }
  function sum(bytes memory a, bytes memory b) external view returns (bytes memory) {
    return content(vector(a) + vector(b) + vector(abi.encodePacked(uint32(small) << 24, new bytes(a.length - 4))));
  }
}
contract Simple { function kindOf(bytes memory a) external pure returns (uint256) { return vector(a).kind(); } }

contract Outer {
  Inner public immutable first;
  Simple public immutable second;
  bytes32 public immutable digest;
  uint256 public immutable twice;
  constructor(bytes memory data) {
    first = new Inner(data, 7);
    second = new Simple();
    digest = commitment(data);
    twice = 2 * first.small();
  }
  function all(bytes memory a) external view returns (bytes memory, uint256, bytes32, uint256) {
    return (first.sum(a, a), second.kindOf(a), digest, twice);
  }
}

/// Without an instruction of its own.
contract Maker {
  function make(bytes32 salt, bytes memory data, uint8 n) external returns (address) { return address(new Inner{salt: salt}(data, n)); }
  function creationHash() external pure returns (bytes32) { return keccak256(type(Inner).creationCode); }
  function runtimeHash() external pure returns (bytes32) { return keccak256(type(Simple).runtimeCode); }
}

contract Sealed {
  bytes32 public immutable digest;
  uint256 public immutable shape;
  constructor(bytes memory data) {
    T t = vector(data);
    digest = bytes32(T.unwrap(~(t + t)));
    shape = t.kind();
  }
  function scaled(uint256 n) external view returns (uint256) { return n * shape; }
}

library Vectors {
  struct Pair { bytes a; bytes b; }
  function difference(Pair calldata p) external pure returns (bytes memory) { return content(vector(p.a) - vector(p.b)); }
  function count(Counter storage c, bytes memory a) external returns (uint256) { return c.n += vector(a).kind(); }
  struct Counter { uint256 n; }
}
contract Linked {
  Vectors.Counter counter;
  function difference(bytes calldata a, bytes calldata b) external pure returns (bytes memory) {
    return content(vector(Vectors.difference(Vectors.Pair(a, b))) | vector(a));
  }
  function count(bytes memory a) external returns (uint256) { Vectors.count(counter, a); return counter.n; }
}
