// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {ERC4337} from "solady/src/accounts/ERC4337.sol";
import {ERC4337Factory} from "solady/src/accounts/ERC4337Factory.sol";
import {Timelock} from "solady/src/accounts/Timelock.sol";
import {EIP7702Proxy} from "solady/src/accounts/EIP7702Proxy.sol";
import {CREATE3} from "solady/src/utils/CREATE3.sol";
import {ERC1967Factory} from "solady/src/utils/ERC1967Factory.sol";
import {EnumerableSetLib} from "solady/src/utils/EnumerableSetLib.sol";
import {LibBitmap} from "solady/src/utils/LibBitmap.sol";
import {LibClone} from "solady/src/utils/LibClone.sol";
import {LibMap} from "solady/src/utils/LibMap.sol";
import {LibTransient} from "solady/src/utils/LibTransient.sol";
import {MinHeapLib} from "solady/src/utils/MinHeapLib.sol";
import {P256} from "solady/src/utils/P256.sol";
import {RedBlackTreeLib} from "solady/src/utils/RedBlackTreeLib.sol";
import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {UpgradeableBeacon} from "solady/src/utils/UpgradeableBeacon.sol";
import {WebAuthn} from "solady/src/utils/WebAuthn.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

contract Account is ERC4337 {
    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Account", "1");
    }
}

contract Structures {
    using EnumerableSetLib for EnumerableSetLib.AddressSet;
    using LibBitmap for LibBitmap.Bitmap;
    using LibMap for LibMap.Uint32Map;
    using LibTransient for LibTransient.TBytes;
    using MinHeapLib for MinHeapLib.Heap;
    using RedBlackTreeLib for RedBlackTreeLib.Tree;

    EnumerableSetLib.AddressSet internal set;
    LibBitmap.Bitmap internal bits;
    LibMap.Uint32Map internal map;
    MinHeapLib.Heap internal heap;
    RedBlackTreeLib.Tree internal tree;
    LibTransient.TBytes internal scratch;

    function put(uint256 value) external returns (bool, bool, address) {
        tree.insert(value);
        heap.push(value);
        map.set(value, uint32(value));
        bits.setBatch(value, 300);
        scratch.set(abi.encode(value));
        return (set.add(msg.sender), bits.toggle(value), SSTORE2.write(scratch.get()));
    }

    function look(uint256 value) external view returns (uint256[] memory, uint256[] memory, address[] memory, uint256) {
        return (tree.values(), heap.smallest(3), set.values(), bits.findLastSet(value));
    }

    function drop(uint256 value) external returns (uint256) {
        tree.remove(value);
        return heap.pop();
    }
}

contract Deployer {
    ERC4337Factory public immutable factory;
    ERC1967Factory internal immutable proxies = new ERC1967Factory();
    UpgradeableBeacon internal immutable beacon;

    constructor() {
        factory = new ERC4337Factory(address(new Account()));
        beacon = new UpgradeableBeacon(msg.sender, address(new Timelock()));
    }

    function deploy(bytes32 salt, bytes memory code) external payable returns (address, address, address) {
        return (
            CREATE3.deployDeterministic(msg.value, code, salt),
            LibClone.cloneDeterministic(address(beacon), abi.encode(salt), salt),
            LibClone.deployERC1967BeaconProxy(address(beacon))
        );
    }

    function delegated(address implementation) external returns (address) {
        return address(new EIP7702Proxy(implementation, msg.sender));
    }
}

contract Keys {
    function p256(bytes32 h, bytes32 r, bytes32 s, bytes32 x, bytes32 y) external view returns (bool) {
        return P256.verifySignature(h, r, s, x, y);
    }

    function webAuthn(bytes memory challenge, bytes memory auth, bytes32 x, bytes32 y) external view returns (bool) {
        return WebAuthn.verify(challenge, true, WebAuthn.tryDecodeAuth(auth), x, y);
    }

    function bls(bytes memory message) external view returns (BLS.G2Point memory) {
        return BLS.hashToG2(message);
    }
}
