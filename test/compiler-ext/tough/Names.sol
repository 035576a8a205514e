// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import "Ops.sol" as $$;

// @custom:evm-opcode in a comment is no tag.
type $ is uint256;
using {fun_$_7 as +, $_$ as -} for $ global;
/// @notice "quotes", {braces}, `ticks` and an é before the tag
/// @custom:evm-opcode TADD
function fun_$_7($ verbatim, $ usr$object) pure returns ($ code) { code = verbatim; usr$object; }
/**
 * @dev object "x" { code { } } /* @custom:evm-opcode is not the first of its line
 * @custom:evm-opcode TSUB
 */
function $_$($, $) pure returns ($) {}

/// } " object "C$_1" { code { function fun_$_7() {} } }
contract C$_1 {
  string constant TAG = "/// @custom:evm-opcode NO\n/** @custom:evm-opcode NO */";
  bytes constant BYTES = hex"ae28ae29ae28";
  error Verbatim$(string verbatim_2i_1o);
  event $$_(string indexed $, string);
  mapping(string => uint256) private loadimmutable;

  /// @custom:evm-opcode TTYPE
  function fun_$_7($ a) private pure returns (uint256 _1) { _1 = $.unwrap(a); }
  function usr$(bytes memory x) private pure returns ($) { return $.wrap($$.T.unwrap($$.vector(x))); }
  function $_1(bytes memory x, bytes memory y) public pure returns (bytes memory) {
    ($ mstore_, $ var_x_12) = (usr$(x), usr$(y));
    return $$.content($$.T.wrap($.unwrap(mstore_ + var_x_12 - mstore_ + mstore_)));
  }
  function $$$(bytes memory x) external returns (uint256, string memory, string memory, bytes memory) {
    loadimmutable['}"] /* verbatim_1i_1o(hex"ae06", 1) */ // @ast-id 7'] = $.unwrap(usr$(x));
    emit $$_(unicode"é\u2028 } object \"x\"", "*/ }");
    uint256 _0 = fun_$_7($.wrap(loadimmutable["}\"] /* verbatim_1i_1o(hex\"ae06\", 1) */ // @ast-id 7"]));
    return (_0, TAG, unicode'} /* é " // @ast-id 1 \n object "C$_1" { \' \\', BYTES);
  }
  function fails(bytes memory x) external pure {
    if (fun_$_7(usr$(x)) != 0) revert Verbatim$('\\"} } function fun_$_7_12() { "/*"');
  }
}
