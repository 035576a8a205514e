// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import "Ops.sol";

contract Operators {
  function all(bytes memory x, bytes memory y) external pure returns (bytes memory) {
    (T a, T b) = (vector(x), vector(y));
    T c = a + b - (a | b) - (a & b);
    c = c - a + b | a & b;
    return content(c.larger(a.smaller(b)));
  }
  function digest(bytes memory x) external pure returns (bytes32) { return bytes32(T.unwrap(~(vector(x) + vector(x)))); }
}

contract Pointers {
  struct Named { uint8 id; function(T, T) internal pure returns (T) f; }
  function(T, T) internal pure returns (T) stored = plus;
  function(T, T) internal pure returns (T) immutable fixedAtStart;
  function(T, T) internal pure returns (T) unset;
  mapping(uint256 => function(T, T) internal pure returns (T)) byKey;
  Named[] list;

  constructor() {
    fixedAtStart = smaller;
    byKey[9] = minus;
    list.push(Named(1, larger));
    list.push(Named(2, reversed));
  }
  function reversed(T a, T b) internal pure returns (T) { return b - a; }
  function pick(uint256 n) internal view returns (function(T, T) internal pure returns (T)) {
    if (n == 0) return stored;
    if (n == 1) return byKey[9];
    return n < 4 ? list[n - 2].f : n == 4 ? fixedAtStart : unset;
  }
  function fold(function(T, T) internal pure returns (T) f, T[] memory all) internal pure returns (T t) {
    t = all[0];
    for (uint256 i = 1; i < all.length; i++) t = f(t, all[i]);
  }
  function run(uint256 n, bytes[] memory data) external view returns (bytes memory) {
    T[] memory all = new T[](data.length);
    for (uint256 i = 0; i < data.length; i++) all[i] = vector(data[i]);
    return content(fold(pick(n), all));
  }
  function swap() external { (stored, byKey[9], list[0].f) = (byKey[9], list[0].f, stored); }
}

abstract contract Top {
  uint256 public entered;
  /// @custom:evm-opcode TADD
  function mix(T a, T b) internal pure returns (T c) { c = b; }
  /// @custom:evm-opcode TTYPE
  function about(T a) private pure returns (uint256 word) { word = T.unwrap(a); }
  modifier measured(T a) virtual {
    entered += about(a);
    _;
    entered += about(mix(a, a)) << 128;
  }
  function step(T a, T b) internal virtual returns (T) { return mix(a, b); }
}
abstract contract Left is Top {
  function step(T a, T b) internal virtual override returns (T) { return super.step(super.mix(a, b), a); }
}
abstract contract Right is Top {
  modifier measured(T a) virtual override {
    entered += 1 << 64;
    _;
    mix(a, a);
  }
  function step(T a, T b) internal virtual override returns (T) { return larger(super.step(a, b), Top.mix(b, b)); }
}
contract Diamond is Left, Right {
  bytes32 public digest;
  /// @custom:evm-opcode TSUB
  function about(T a, T b) private pure returns (T c) { c = b; }
  /// @custom:evm-opcode TROOT
  function digestOf(T a) private pure returns (bytes32 word) { word = bytes32(T.unwrap(a)); }
  modifier measured(T a) override(Top, Right) {
    digest = digestOf(about(mix(a, a), a));
    _;
  }
  modifier twice() { _; _; }
  function step(T a, T b) internal override(Left, Right) twice returns (T) { return super.step(a, b) - b; }
  function run(bytes memory a, bytes memory b) external returns (bytes memory) { return content(checked(vector(a), vector(b))); }
  function checked(T a, T b) internal measured(a) returns (T) { return step(a, b); }
}
contract Single is Left {
  function run(bytes memory a, bytes memory b) external returns (bytes memory) { return content(checked(vector(a), vector(b))); }
  function checked(T a, T b) internal measured(a) returns (T c) { c = step(a, b); if (true) return c; }
}

error Rejected(bytes32 digest, string reason);
contract Failing {
  uint256 public writes;
  function halting() external returns (uint256) { return (T.wrap(++writes) + T.wrap(writes)).kind(); }
  function rejecting(bytes memory a) external returns (uint256) { writes++; revert Rejected(commitment(a), unicode"é"); }
  function requiring(bytes memory a) external pure returns (uint256) {
    T t = vector(a);
    require(t.kind() == 0, Rejected(bytes32(T.unwrap(~t)), "kind"));
    return 0;
  }
  function underflowing(bytes memory a) external pure returns (uint256) { return vector(a).kind() - (1 << 200); }
  function dividing(bytes memory a) external pure returns (uint256) { return 1 / (vector(a).kind() & 0xff00 ^ 0x0100); }
  function indexing(bytes memory a) external pure returns (uint256) {
    uint256[3] memory x;
    return x[vector(a).kind() & 0xff];
  }
  function asserting(bytes memory a) external pure returns (uint256) { assert(vector(a).kind() == 0); return 1; }
  function fine(bytes memory a) external pure returns (uint256) { return vector(a).kind(); }

  /// Calls one of these between instructions on tensors of its own frame.
  function around(bytes memory a, bytes memory call) external returns (bytes memory, uint256 code, bytes memory reason) {
    T t = vector(a);
    T u = t + t;
    (bool done, bytes memory result) = address(this).call{gas: 200000}(call);
    if (!done) reason = result;
    try this.underflowing(a) { code = 1; } catch Panic(uint256 panic) { code = panic; } catch { code = 2; }
    try this.rejecting{gas: 200000}(a) returns (uint256) { code |= 0x0100; }
    catch Error(string memory) { code |= 0x0200; }
    catch (bytes memory data) { code |= bytes4(data) == Rejected.selector ? 0x0300 : 0x0400; }
    try this.halting{gas: 200000}() { code |= 0x010000; } catch (bytes memory data) { code |= data.length == 0 ? 0x020000 : 0x030000; }
    try this.fine(a) returns (uint256 k) { code |= k == u.kind() ? 0x01000000 : 0x02000000; } catch { code |= 0x03000000; }
    return (content(u - t - t + u), code, reason);
  }
}

contract Storage {
  uint256 transient depth;
  uint256 public stored = 3;
  uint256 transient handle;
  function bump() external returns (uint256) { depth += 10; stored += 100; return vector(new bytes(8)).kind(); }
  function run(bytes memory a) external returns (uint256, uint256, bytes memory) {
    depth = 5;
    stored = 7;
    handle = T.unwrap(vector(a));
    uint256 before = stored;
    T t = T.wrap(handle) + T.wrap(handle);
    depth += t.kind() & 0xff;
    stored = before * 2 + depth;
    T u = t - T.wrap(handle);
    uint256 k = this.bump();
    T v = u + t;
    stored += depth * (k >> 16 & 0xff);
    handle = T.unwrap(v | u);
    return (depth, stored, content(T.wrap(handle)));
  }
}
