// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

contract Leaf {
    uint256 public immutable seed;
    address internal immutable maker = msg.sender;
    bytes3 internal immutable tag;

    constructor(uint256 s, bytes3 t) payable {
        seed = s;
        tag = t;
    }

    function mixed() external view returns (bytes32) {
        return keccak256(abi.encode(seed, maker, tag));
    }
}

contract Twig {
    Leaf public immutable left = new Leaf(1, "abc");
    Leaf public immutable right;

    constructor() payable {
        right = new Leaf{value: msg.value}(2, "def");
    }
}

contract Branch {
    Twig internal immutable twig = new Twig();
    Leaf[] internal leaves;

    constructor(uint256 n) {
        for (uint256 i; i < n; ++i) leaves.push(new Leaf(i, bytes3(uint24(i))));
    }

    function grow(bytes32 salt) external returns (Twig) {
        return new Twig{salt: salt}();
    }
}

// The creation code of this one embeds all of those above, at several depths and more than once.
contract Tree {
    Branch internal immutable branch;
    bytes32 public immutable leafHash = keccak256(type(Leaf).creationCode);
    Twig internal spare = new Twig();

    constructor() payable {
        branch = new Branch(uint256(leafHash) % 3);
    }

    function plant(uint256 n) external payable returns (Branch, bytes memory) {
        return (new Branch(n), type(Twig).creationCode);
    }

    function predict(bytes32 salt) external view returns (address) {
        bytes32 hash = keccak256(abi.encodePacked(type(Branch).creationCode, abi.encode(uint256(3))));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, hash)))));
    }
}

contract Forest {
    Tree internal tree;

    function add() external returns (Tree) {
        return tree = new Tree();
    }

    function runtime() external pure returns (bytes memory) {
        return type(Plain).runtimeCode;
    }
}

contract Plain {
    function f() external pure returns (uint256) {
        return 1;
    }
}

// Embeds nothing in its creation code, and nothing but the runtime code of another in its own.
contract Copier {
    function copy() external pure returns (bytes memory, uint256) {
        return (type(Plain).runtimeCode, type(Plain).runtimeCode.length);
    }
}
