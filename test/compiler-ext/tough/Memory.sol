// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import "Ops.sol";

uint256 constant ONE = 1 << 16 | 0x0103;
uint256 constant TWO = 2 << 16 | 0x0103;

contract Memory {
  /// What an instruction reads of memory is what was written last before it.
  function reads(uint256 x, uint256 y) external pure returns (bytes memory) {
    uint256 p;
    assembly { p := mload(0x40) mstore(p, shl(224, x)) }
    T a = load(ONE, p);
    assembly { mstore(p, shl(224, y)) }
    T b = load(ONE, p);
    assembly { mstore(p, 0) mstore8(p, x) mstore8(add(p, 1), y) }
    T c = load(ONE, p);
    assembly { mstore(0x40, add(p, 0x40)) mstore(p, 0) }
    return abi.encodePacked(content(a), content(b), content(c), content(a + b - c));
  }
  /// What is read after an instruction is what it wrote, and the rest is what it was.
  function writes(bytes memory x) external pure returns (bytes32 old, bytes32 first, bytes32 second, bytes32 hash) {
    T t = vector(x);
    uint256 p;
    assembly {
      p := mload(0x40)
      mstore(0x40, add(p, 0x60))
      mstore(p, not(0))
      mstore(add(p, 0x20), 0x1234)
      old := mload(p)
    }
    store(t, p + 4);
    assembly { first := mload(p) mstore(p, 0) }
    store(t + t, p + 28);
    assembly { second := mload(add(p, 0x20)) hash := keccak256(p, 0x40) }
  }
  /// The free memory pointer itself, and scratch space.
  function scratch(bytes memory x) external pure returns (bytes32 word, uint256 pointer) {
    T t = vector(x);
    assembly { mstore(0, not(0)) mstore(0x20, not(0)) }
    store(t, 0x1c);
    assembly { word := mload(0x10) pointer := mload(0x40) }
    bytes memory fresh = new bytes(32);
    assembly { pointer := sub(fresh, pointer) }
  }
}

contract Loops {
  /// Sum and largest of two vectors.
  function both(T a, T b) internal pure returns (T, T larger_) {
    larger_ = a | b;
    return (a + b, larger_);
  }
  /// Words of memory at a and b: more results than instructions can have.
  function split(T t) internal pure returns (uint256 type_, bytes32 digest, T twice, uint256 handle) {
    unchecked { return (t.kind(), bytes32(T.unwrap(~t)), t + t, T.unwrap(t)); }
  }
  function run(bytes memory x, bytes memory y, uint256 n) external pure returns (bytes memory, bytes memory, uint256, bytes32) {
    (T a, T b) = (vector(x), vector(y));
    uint256 sum;
    bytes32 mixed;
    unchecked {
      for (uint256 i = 0; i < n; ++i) {
        T before = a;
        (a, b) = both(a, b);
        (uint256 k, bytes32 d, T twice, uint256 h) = split(b);
        if (k & 0xff != 3) break;
        if (i % 3 == 1) { mixed ^= d; continue; }
        b = twice - before;
        sum += k * i - h;
      }
    }
    return (content(a), content(b), sum, mixed);
  }
}

contract Wide {
  function run(bytes memory x, uint256[8] memory v) external pure returns (uint256 r, bytes memory data) {
    T t = vector(x);
    (uint256 a, uint256 b, uint256 c, uint256 d) = (v[0] + 1, v[1] + 2, v[2] + 3, v[3] + 4);
    (uint256 e, uint256 f, uint256 g, uint256 h) = (v[4] + 5, v[5] + 6, v[6] + 7, v[7] + 8);
    (uint256 i, uint256 j, uint256 k, uint256 l) = (a * b, b * c, c * d, d * e);
    (uint256 m, uint256 n, uint256 o, uint256 p) = (e * f, f * g, g * h, h * a);
    T u = t + t;
    (uint256 q, uint256 s, uint256 w, uint256 y) = (i * j, k * l, m * n, o * p);
    T z = u - t + u;
    (uint256 aa, uint256 bb, uint256 cc, uint256 dd) = (q + s, w + y, q ^ w, s ^ y);
    data = content(z | u);
    r = a + 2 * b + 3 * c + 5 * d + 7 * e + 11 * f + 13 * g + 17 * h;
    r += 19 * i + 23 * j + 29 * k + 31 * l + 37 * m + 41 * n + 43 * o + 47 * p;
    r += 53 * q + 59 * s + 61 * w + 67 * y + 71 * aa + 73 * bb + 79 * cc + 83 * dd;
    require(T.unwrap(z) + T.unwrap(u) + T.unwrap(t) == 7);
    require(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + s + w + y + aa + bb + cc + dd > 0);
  }
}

/// Blocks and functions that are equal but for the opcode.
contract Equal {
  function one(T a, T b) private pure returns (T c) { c = a + b; c = c + a; }
  function two(T a, T b) private pure returns (T c) { c = a - b; c = c - a; }
  function three(T a, T b) private pure returns (T c) { c = a | b; c = c | a; }
  function four(T a, T b) private pure returns (T c) { c = a & b; c = c & a; }
  function branches(uint256 n, bytes memory x, bytes memory y) external pure returns (bytes memory) {
    (T a, T b, T c) = (vector(x), vector(y), T.wrap(0));
    if (n == 0) c = a + b;
    else if (n == 1) c = a - b;
    else if (n == 2) c = a | b;
    else c = a & b;
    return content(c);
  }
  function returning(uint256 n, bytes memory x, bytes memory y) external pure returns (bytes memory) {
    if (n == 0) { store(vector(x) + vector(y), 0); assembly { return(0, 4) } }
    if (n == 1) { store(vector(x) - vector(y), 0); assembly { return(0, 4) } }
    if (n == 2) { store(vector(x) | vector(y), 0); assembly { return(0, 4) } }
    store(vector(x) & vector(y), 0);
    assembly { return(0, 4) }
  }
  function calls(uint256 n, bytes memory x, bytes memory y) external pure returns (bytes memory) {
    (T a, T b) = (vector(x), vector(y));
    return content(n == 0 ? one(a, b) : n == 1 ? two(a, b) : n == 2 ? three(a, b) : four(a, b));
  }
  function words(bool typeNotRoot, bytes memory x) external pure returns (uint256) {
    if (typeNotRoot) return vector(x).kind();
    return T.unwrap(root(vector(x)));
  }
}
