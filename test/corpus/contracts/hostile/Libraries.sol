// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

library Early {
    struct Pair { uint256 a; uint256 b; }

    event Bumped(address who, Pair pair);

    function sum(Pair memory p) external pure returns (uint256) {
        return p.a + p.b;
    }

    function bump(Pair storage p) external returns (Pair storage) {
        p.a++;
        emit Bumped(msg.sender, p);
        return p;
    }
}

library Late {
    // A library that itself is linked to another.
    function product(uint256 a, uint256 b) public pure returns (uint256) {
        return a * b + Early.sum(Early.Pair(a, b));
    }

    function product(uint256 a) external pure returns (uint256) {
        return product(a, a);
    }

    function inner(function(uint256) external view returns (uint256) f) external view returns (uint256) {
        return f(7);
    }
}

library $Late$ {
    function $() external view returns (address) {
        return address(this);
    }
}

library Unused {}

contract Linked {
    using Early for Early.Pair;
    using Late for uint256;

    Early.Pair internal pair;

    constructor(uint256 a) {
        pair = Early.Pair(a, a.product());
    }

    function run(uint256 a) external returns (uint256, uint256, address) {
        return (pair.bump().b, a.product(3), $Late$.$());
    }

    function callback(uint256 a) external view returns (uint256) {
        return a + pair.a;
    }

    function indirect() external view returns (uint256) {
        return Late.inner(this.callback);
    }

    function where() external pure returns (address, address, bytes4) {
        return (address(Early), address(Late), Early.sum.selector);
    }
}

contract Maker {
    function make() external returns (Linked) {
        return new Linked(5);
    }
}
