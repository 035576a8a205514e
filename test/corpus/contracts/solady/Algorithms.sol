// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Base58} from "solady/src/utils/Base58.sol";
import {Base64} from "solady/src/utils/Base64.sol";
import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";
import {DynamicBufferLib} from "solady/src/utils/DynamicBufferLib.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {JSONParserLib} from "solady/src/utils/JSONParserLib.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";
import {LibBytes} from "solady/src/utils/LibBytes.sol";
import {LibPRNG} from "solady/src/utils/LibPRNG.sol";
import {LibRLP} from "solady/src/utils/LibRLP.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {LibZip} from "solady/src/utils/LibZip.sol";
import {MerkleTreeLib} from "solady/src/utils/MerkleTreeLib.sol";

contract Sort {
    function sorted(uint256[] memory a, int256[] memory b) external pure returns (uint256[] memory, int256[] memory) {
        LibSort.sort(a);
        LibSort.uniquifySorted(a);
        LibSort.insertionSort(b);
        return (a, b);
    }

    function sets(address[] memory a, address[] memory b) external pure returns (address[] memory, bool) {
        LibSort.sort(a);
        return (LibSort.intersection(a, b), LibSort.isSortedAndUniquified(LibSort.union(a, b)));
    }

    function shuffled(uint256 seed, uint256[] memory a) external pure returns (uint256[] memory, int256) {
        LibPRNG.PRNG memory prng = LibPRNG.PRNG(seed);
        LibPRNG.shuffle(prng, a);
        return (a, LibPRNG.standardNormalWad(prng));
    }
}

contract Text {
    using DynamicBufferLib for DynamicBufferLib.DynamicBuffer;
    using JSONParserLib for *;
    using LibString for *;

    function transform(string memory text) external pure returns (string memory, string memory, string memory) {
        string memory lower = text.lower();
        return (lower.replace("a", "bc"), text.escapeJSON(), text.escapeHTML());
    }

    function split(string memory text, uint256 n, int256 m) external pure returns (string[] memory, string memory) {
        return (text.split(","), n.toString().concat(m.toString()).concat(n.toMinimalHexString()));
    }

    function find(bytes memory data, bytes memory needle) external pure returns (uint256, uint256[] memory) {
        return (LibBytes.lastIndexOf(data, needle), LibBytes.indicesOf(data, needle));
    }

    function json(string memory text) external pure returns (uint256, string memory, int256) {
        JSONParserLib.Item memory item = text.parse();
        return (item.size(), item.at('"key"').value().decodeString(), item.at(0).value().parseInt());
    }

    function buffer(uint256 n) external pure returns (bytes memory) {
        DynamicBufferLib.DynamicBuffer memory b;
        for (uint256 i; i < n; ++i) b.p("abc", "de").pUint16(uint16(i));
        return b.data;
    }

    function encode(bytes memory data) external pure returns (string memory, bytes memory, string memory) {
        return (Base64.encode(data, true, true), Base64.decode("QUJD"), Base58.encode(data));
    }
}

contract Zip {
    function both(bytes memory data) external pure returns (bytes memory, bytes memory) {
        return (LibZip.flzDecompress(LibZip.flzCompress(data)), LibZip.cdCompress(data));
    }

    function rlp(bytes memory data, uint256 n) external pure returns (bytes memory) {
        return LibRLP.encode(LibRLP.p(LibRLP.p(LibRLP.p(), n), data));
    }

    fallback() external payable {
        LibZip.cdFallback();
    }

    receive() external payable {}
}

contract Sums {
    using FixedPointMathLib for *;

    function fixedPoint(uint256 x, int256 y) external pure returns (uint256, int256, int256, int256, uint256) {
        return (x.rpow(3, 1e18), y.expWad(), int256(x).lnWad(), y.powWad(2e18), x.cbrtWad() + x.fullMulDiv(7, 3));
    }

    function bits(uint256 x) external pure returns (uint256, uint256, bytes32) {
        return (LibBit.fls(x), LibBit.popCount(x), bytes32(LibBit.reverseBits(x)));
    }

    function dates(uint256 t) external pure returns (uint256, uint256, uint256, uint256, bool) {
        (uint256 year, uint256 month, uint256 day) = DateTimeLib.timestampToDate(t);
        return (year, month, day, DateTimeLib.weekday(t), DateTimeLib.isLeapYear(year));
    }

    function tree(bytes32[] memory leaves) external pure returns (bytes32, bytes32[] memory) {
        bytes32[] memory built = MerkleTreeLib.build(MerkleTreeLib.pad(leaves));
        return (MerkleTreeLib.root(built), MerkleTreeLib.leafProof(built, 1));
    }
}
