// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

/// A tensor, with instructions as its operators and members. The bodies are for a compiler that knows no marker.
type T is uint256;
using {plus as +, minus as -, larger as |, smaller as &, root as ~, larger, smaller, kind} for T global;

/// @custom:evm-opcode TADD
function plus(T a, T b) pure returns (T c) { c = a; }
/// @custom:evm-opcode TSUB
function minus(T a, T b) pure returns (T c) { c = a; }
/// @custom:evm-opcode MAXIMUM
function larger(T a, T b) pure returns (T c) { c = a; }
/// @custom:evm-opcode MINIMUM
function smaller(T a, T b) pure returns (T c) { c = a; }
/// @custom:evm-opcode TROOT
function root(T a) pure returns (T word) { word = a; }
/// @custom:evm-opcode 0xae06
function kind(T a) pure returns (uint256 word) { word = T.unwrap(a); }
/// @custom:evm-opcode TMLOAD
function load(uint256 shape, uint256 offset) pure returns (T t) { t = T.wrap(shape ^ offset); }
/// @custom:evm-opcode TMSTORE
function store(T t, uint256 offset) pure { t; offset; }
/// @custom:evm-opcode TFREE
function free(uint256 handle, uint256 count) pure { handle; count; }
/// @custom:evm-opcode TSPACE
function space() view returns (uint256 word) { word = gasleft(); }

/// int32[data.length / 4]
function vector(bytes memory data) pure returns (T) {
  uint256 offset;
  assembly ("memory-safe") { offset := add(data, 32) }
  return load(data.length / 4 << 16 | 0x0103, offset);
}
/// The bytes of a vector.
function content(T t) pure returns (bytes memory data) {
  data = new bytes((t.kind() >> 16 & 0xffffffff) * 4);
  uint256 offset;
  assembly ("memory-safe") { offset := add(data, 32) }
  store(t, offset);
}
function commitment(bytes memory data) pure returns (bytes32) { return bytes32(T.unwrap(~vector(data))); }
