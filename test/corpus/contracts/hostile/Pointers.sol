// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

contract Pointers {
    struct Table {
        function(uint256) internal view returns (uint256)[3] rows;
        function(uint256) external view returns (uint256) outside;
    }

    function(uint256) internal view returns (uint256) internal stored = plain;
    mapping(uint256 => function(uint256) internal view returns (uint256)) internal byNumber;
    function(uint256, uint256) internal pure returns (uint256)[] internal list;
    Table internal table;
    uint256 internal bias = 3;

    constructor(bool isBig) {
        byNumber[0] = isBig ? square : plain;
        list.push(add);
        list.push(multiply);
        table.rows = [plain, square, biased];
        table.outside = this.outer;
    }

    function plain(uint256 x) internal pure returns (uint256) {
        return x;
    }

    function square(uint256 x) internal pure returns (uint256) {
        return x * x;
    }

    function biased(uint256 x) internal view returns (uint256) {
        return x + bias;
    }

    function add(uint256 a, uint256 b) internal pure returns (uint256) {
        return a + b;
    }

    function multiply(uint256 a, uint256 b) internal pure returns (uint256) {
        return a * b;
    }

    function outer(uint256 x) external view returns (uint256) {
        return stored(x);
    }

    function choose(uint256 n, uint256 x) external returns (uint256) {
        stored = table.rows[n % 3];
        byNumber[n] = stored;
        function(uint256) internal view returns (uint256) f = n == 2 ? byNumber[0] : stored;
        return f(x) + (f == stored ? 1 : 0) + table.outside(x) + this.apply_(table.outside, x);
    }

    function apply_(function(uint256) external view returns (uint256) f, uint256 x) external view returns (uint256) {
        return f.address == address(this) && f.selector == this.outer.selector ? f{gas: 50000}(x) : 0;
    }

    function fold(uint256[] calldata values) external view returns (uint256 r) {
        for (uint256 i; i < values.length; ++i) r = list[i % 2](r, values[i]);
    }

    function unset(uint256 n) external view returns (uint256) {
        return byNumber[n](n);
    }
}
