// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

/// @title Ünïcödé: every position below lies after characters of more than one byte — 𝔘𝔫𝔦
import {code} from "dir with space/it's \"quoted\".sol";
import "C:\\odd\\*/ path.sol" as odd;
import {Cafe} from "caf\u00e9/\u043d\u0430\u0443\u043a\u0430.sol";

contract Strings is Cafe {
    string public constant BRACES = '} } object "Strings_1" { code { /* ';
    string public constant QUOTES = "\"'\\\"";
    string public constant CONTROL = "\n\r\t\x00\x7f";
    string public constant LONG = unicode"→ a string of more than thirty-two bytes, with “quotes” and 🙂 */ // /// @ast-id 4";

    error Unknown(string what);
    E1 internal e;

    enum E1 { A }

    function all(uint256 i) external pure returns (string memory) {
        if (i == 0) return BRACES;
        if (i == 1) return QUOTES;
        if (i == 2) return CONTROL;
        if (i == 3) return LONG;
        require(i < 10, "/// @src 0:1:2 \"}\"");
        revert(unicode"✗ }\" hex\"ae10\"");
    }

    function make(uint256 x) external returns (uint256) {
        return new code(x).data() + odd.f(x) + odd.LIMIT;
    }
}
