// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

// More live variables than the stack reaches: the IR pipeline moves them to memory, the legacy one refuses.
contract Locals {
    function many(uint256[32] calldata v) external pure returns (uint256 r) {
        (uint256 a, uint256 b, uint256 c, uint256 d) = (v[0] * v[1], v[1] * v[2], v[2] * v[3], v[3] * v[4]);
        (uint256 e, uint256 f, uint256 g, uint256 h) = (v[4] * v[5], v[5] * v[6], v[6] * v[7], v[7] * v[8]);
        (uint256 i, uint256 j, uint256 k, uint256 l) = (v[8] * v[9], v[9] * v[10], v[10] * v[11], v[11] * v[12]);
        (uint256 m, uint256 n, uint256 o, uint256 p) = (v[12] * v[13], v[13] * v[14], v[14] * v[15], v[15] * v[16]);
        (uint256 q, uint256 s, uint256 t, uint256 u) = (v[16] * v[17], v[17] * v[18], v[18] * v[19], v[19] * v[20]);
        (uint256 w, uint256 x, uint256 y, uint256 z) = (v[20] * v[21], v[21] * v[22], v[22] * v[23], v[23] * v[24]);
        (uint256 aa, uint256 bb, uint256 cc, uint256 dd) = (v[24] * a, v[25] * b, v[26] * c, v[27] * d);
        r = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l;
        r += 13 * m + 14 * n + 15 * o + 16 * p + 17 * q + 18 * s + 19 * t + 20 * u + 21 * w + 22 * x + 23 * y + 24 * z;
        r += aa * bb * cc * dd;
        require(a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l != m ^ n ^ o ^ p ^ q ^ s ^ t ^ u ^ w ^ x ^ y ^ z ^ aa ^ bb ^ cc ^ dd);
    }

    function recursive(uint256 n, uint256 a, uint256 b, uint256 c, uint256 d, uint256 e) public pure returns (uint256, uint256) {
        if (n == 0) return (a ^ b, c ^ d ^ e);
        (uint256 x, uint256 y) = recursive(n - 1, b, c, d, e, a + n);
        return (x + a * b - c, y + d * e);
    }
}
