// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import "tensor-evm/Tensor.sol";

type Vector is uint256;
/// @custom:evm-opcode TADD
function plus(Vector a, Vector b) pure returns (Vector r) { return a; }
/// @custom:evm-opcode TSUB
function minus(Vector a, Vector b) pure returns (Vector r) { return b; }
using {plus as +, minus as -} for Vector global;

abstract contract Base {
  uint256 internal constant TYPE = 4 << 16 | 0x0103; // int32[4]
  uint256 internal transient calls;
  uint256 public used;
  modifier measured() {
    uint256 space = TensorInstructions.tspace();
    _;
    used = space - TensorInstructions.tspace();
    calls++;
  }
  function load(bytes memory data) internal pure returns (Tensor) {
    uint256 offset;
    assembly { offset := add(data, 32) }
    return TensorInstructions.tmload(TYPE, offset);
  }
  function loadCalldata(bytes calldata data) internal pure returns (Tensor) {
    uint256 offset;
    assembly { offset := data.offset }
    return TensorInstructions.tcalldataload(TYPE, offset);
  }
  function store(Tensor t) internal pure returns (bytes memory data) {
    data = new bytes(16);
    uint256 offset;
    assembly { offset := add(data, 32) }
    t.tmstore(offset);
  }
  function combine(Tensor a, Tensor b) internal pure virtual returns (Tensor) { return a.tadd(b); }
}
contract Left is Base {
  function combine(Tensor a, Tensor b) internal pure virtual override returns (Tensor) { return super.combine(a, b).maximum(b); }
}
contract Right is Base {
  function combine(Tensor a, Tensor b) internal pure virtual override returns (Tensor) { return super.combine(a, b).tsub(a); }
}
library External {
  function twice(bytes calldata data) external pure returns (bytes memory out) {
    uint256 offset;
    assembly { offset := data.offset }
    Tensor t = TensorInstructions.tcalldataload(4 << 16 | 0x0103, offset);
    out = new bytes(16);
    assembly { offset := add(out, 32) }
    t.tadd(t).tmstore(offset);
  }
}
contract Root {
  bytes32 public immutable root;
  constructor(bytes memory data) {
    uint256 offset;
    assembly { offset := add(data, 32) }
    root = bytes32(TensorInstructions.tmload(4 << 16 | 0x0103, offset).troot());
  }
}
contract Bottom is Left, Right {
  function(Tensor, Tensor) internal pure returns (Tensor) stored = TensorInstructions.minimum;
  Root immutable child = new Root(hex"01000000020000000300000004000000");

  function combine(Tensor a, Tensor b) internal pure override(Left, Right) returns (Tensor) { return super.combine(a, b); }
  function diamond(bytes calldata a, bytes calldata b) external measured returns (bytes memory, uint256) {
    return (store(combine(loadCalldata(a), loadCalldata(b))), calls);
  }
  function operators(bytes memory a, bytes memory b) external pure returns (bytes memory) {
    (Vector x, Vector y) = (Vector.wrap(Tensor.unwrap(load(a))), Vector.wrap(Tensor.unwrap(load(b))));
    return store(Tensor.wrap(Vector.unwrap(x + y - x + (y - x))));
  }
  function pointers(bytes memory a, bytes memory b, uint256 n) external view returns (bytes memory) {
    function(Tensor, Tensor) internal pure returns (Tensor)[3] memory all = [TensorInstructions.tsub, TensorInstructions.maximum, stored];
    return store(all[n](load(a), load(b)));
  }
  function order() external pure returns (bytes32 first, bytes32 second) {
    bytes memory data = new bytes(64);
    uint256 p;
    assembly { p := add(data, 32) mstore(p, shl(224, 0x01000000)) }
    Tensor t = TensorInstructions.tmload(1 << 16 | 0x0103, p);
    assembly { mstore(p, shl(224, 0x02000000)) }
    Tensor u = TensorInstructions.tmload(1 << 16 | 0x0103, p);
    t.tadd(u).tmstore(p + 4);
    assembly { first := mload(p) mstore(p, 0) }
    u.tmstore(p);
    assembly { second := mload(p) }
  }
  function caught(bytes memory a) external view returns (bytes memory, uint256) {
    Tensor t = load(a);
    try this.halts{gas: 100000}(1) { revert("no halt"); } catch (bytes memory reason) { return (store(t), reason.length); }
  }
  function halts(uint256 handle) external pure { Tensor.wrap(handle).tadd(Tensor.wrap(handle)); }
  function loop(bytes memory a, uint256 n) external pure returns (bytes memory) {
    Tensor one = load(a);
    Tensor sum = one;
    for (uint256 i; i < n; ++i) {
      Tensor next = sum.tadd(one);
      if (i > 0) TensorInstructions.tfree(Tensor.unwrap(sum), 1);
      sum = next;
    }
    return store(sum);
  }
  function wide(bytes memory a, uint256[24] memory v) external pure returns (uint256 r, uint256 handle) {
    Tensor t = load(a);
    (uint256 p, uint256 q, uint256 s) = (v[0] * v[1], v[2] * v[3], v[4] * v[5]);
    (uint256 x, uint256 y, uint256 z) = (v[6] * v[7], v[8] * v[9], v[10] * v[11]);
    (uint256 d, uint256 e, uint256 f) = (v[12] * v[13], v[14] * v[15], v[16] * v[17]);
    (uint256 g, uint256 h, uint256 i) = (v[18] * v[19], v[20] * v[21], v[22] * v[23]);
    Tensor u = t.tadd(t);
    r = p + 2 * q + 3 * s + 5 * x + 7 * y + 11 * z + 13 * d + 17 * e + 19 * f + 23 * g + 29 * h + 31 * i;
    handle = Tensor.unwrap(u.tsub(t));
    require(p + q + s + x + y + z + d + e + f + g + h + i != handle);
  }
  function text() external pure returns (uint256, string memory) {
    return (load(hex"00").ttype(), unicode"} /* é \" // @ast-id 1 \n object \"x\" {");
  }
  function linked(bytes calldata a) external pure returns (bytes memory) { return External.twice(a); }
  function childRoot() external view returns (bytes32) { return child.root(); }
  function spawn(bytes32 salt, bytes memory data) external returns (address) { return address(new Root{salt: salt}(data)); }
  function childCode() external pure returns (bytes32) { return keccak256(type(Root).creationCode); }
}
