// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Base58} from "@openzeppelin/contracts/utils/Base58.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {CAIP10} from "@openzeppelin/contracts/utils/CAIP10.sol";
import {CAIP2} from "@openzeppelin/contracts/utils/CAIP2.sol";
import {Packing} from "@openzeppelin/contracts/utils/Packing.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {ShortString, ShortStrings} from "@openzeppelin/contracts/utils/ShortStrings.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

contract Texts {
    using ShortStrings for *;
    using Strings for *;
    using RLP for RLP.Encoder;

    ShortString internal immutable title;
    string internal longTitle;

    constructor(string memory title_) {
        title = title_.toShortStringWithFallback(longTitle);
    }

    function name() external view returns (string memory) {
        return title.toStringWithFallback(longTitle);
    }

    function numbers(uint256 a, int256 b, address c) external pure returns (string memory) {
        return string.concat(a.toString(), b.toStringSigned(), a.toHexString(20), c.toChecksumHexString());
    }

    function parse(string memory text) external pure returns (uint256, int256, uint256, address, string memory) {
        (bool isNumber, uint256 number) = text.tryParseUint();
        return (isNumber ? number : 1, text.parseInt(), text.parseHexUint(), text.parseAddress(), text.escapeJSON());
    }

    function encodings(bytes memory data) external pure returns (string memory, string memory, bytes memory, bytes memory) {
        string memory encoded = Base64.encode(data);
        return (encoded, Base64.encodeURL(data), Base64.decode(encoded), Base58.decode(Base58.encode(data)));
    }

    function cut(bytes memory data, uint256 from, uint256 to) external pure returns (bytes memory, bytes32, uint256) {
        bytes memory part = Bytes.slice(data, from, to);
        return (Bytes.toNibbles(part), Bytes.reverseBytes32(bytes32(part)), Bytes.lastIndexOf(data, 0x20));
    }

    function packed(bytes4 a, bytes8 b, bytes20 c) external pure returns (bytes12, bytes32, bytes8) {
        bytes12 both = Packing.pack_4_8(a, b);
        return (both, Packing.pack_12_20(both, c), Packing.extract_20_8(c, 5));
    }

    function rlp(address who, bytes memory data, string memory text) external pure returns (bytes memory) {
        RLP.Encoder memory inner = RLP.encoder().push(text).push(true);
        return RLP.encoder().push(who).push(data).push(uint256(7)).push(inner).encode();
    }

    function places(string memory text, bytes memory where) external view returns (string memory, string memory, uint256) {
        (, string memory account) = CAIP10.parse(text);
        (uint256 chain, ) = InteroperableAddress.parseEvmV1(where);
        return (CAIP2.local(), account, chain);
    }
}
