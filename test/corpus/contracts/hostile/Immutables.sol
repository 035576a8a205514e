// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

type Price is uint128;

enum Kind { None, First, Second }

abstract contract Root {
    address internal immutable owner;
    Price internal immutable price;
    Kind internal immutable kind = Kind.Second;

    constructor(Price p) {
        owner = msg.sender;
        price = p;
    }

    modifier onlyOwner() {
        require(msg.sender == owner, "not the owner");
        _;
    }

    function describe() public view virtual returns (uint256) {
        return Price.unwrap(price) + uint256(kind);
    }
}

abstract contract Left is Root {
    int64 internal immutable offset = -5;
    bool internal immutable flag;

    constructor(bool f) {
        flag = f;
    }

    function describe() public view virtual override returns (uint256) {
        return flag ? super.describe() : uint256(int256(offset));
    }
}

abstract contract Right is Root {
    bytes4 internal immutable selector = this.touch.selector;
    Right internal immutable self = this;
    uint256 internal count;

    function touch() external virtual onlyOwner returns (uint256) {
        return ++count;
    }

    function describe() public view virtual override returns (uint256) {
        return uint32(selector) ^ super.describe();
    }
}

contract Bottom is Left, Right {
    uint256 internal immutable computed;
    uint256 public immutable unread = block.timestamp;

    constructor(uint256 n) Root(Price.wrap(uint128(n))) Left(n > 7) {
        computed = sum(n);
    }

    function sum(uint256 n) internal pure returns (uint256 s) {
        for (uint256 i; i < n; ++i) s += i * i;
    }

    function describe() public view override(Left, Right) returns (uint256) {
        return computed + super.describe();
    }

    function call() external returns (uint256) {
        return self.touch() + computed * computed;
    }
}

contract Sibling is Left(true) {
    constructor() Root(Price.wrap(3)) {}

    function own() external view onlyOwner returns (address, Price, Kind) {
        return (owner, price, kind);
    }
}
