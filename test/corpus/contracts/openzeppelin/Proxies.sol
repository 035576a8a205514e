// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {AccessControlEnumerable} from "@openzeppelin/contracts/access/extensions/AccessControlEnumerable.sol";
import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {VestingWalletCliff} from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {UpgradeableBeacon} from "@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol";
import {
    TransparentUpgradeableProxy
} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

contract Logic is Initializable, UUPSUpgradeable, Multicall, AccessManaged {
    uint256 public value;

    constructor(address authority) AccessManaged(authority) {
        _disableInitializers();
    }

    function initialize(uint256 initial) external initializer {
        value = initial;
    }

    function reinitialize(uint256 next) external reinitializer(2) {
        value = next;
    }

    function _authorizeUpgrade(address) internal override restricted {}
}

contract Factory {
    using Clones for address;

    UpgradeableBeacon public immutable beacon;
    address internal immutable authority = msg.sender;
    address[] internal made;

    constructor() {
        beacon = new UpgradeableBeacon(address(new Logic(authority)), msg.sender);
    }

    function transparent(address owner, bytes calldata data) external payable returns (address) {
        made.push(address(new TransparentUpgradeableProxy{value: msg.value}(beacon.implementation(), owner, data)));
        return made[made.length - 1];
    }

    function uups(bytes32 salt, bytes calldata data) external returns (address) {
        return address(new ERC1967Proxy{salt: salt}(beacon.implementation(), data));
    }

    function beaconProxy(bytes calldata data) external returns (address) {
        return address(new BeaconProxy(address(beacon), data));
    }

    function clone(bytes32 salt, bytes calldata args) external returns (address) {
        return beacon.implementation().cloneDeterministicWithImmutableArgs(args, salt);
    }

    function proxyCode() external pure returns (bytes32, bytes memory) {
        return (keccak256(type(BeaconProxy).creationCode), type(ERC1967Proxy).creationCode);
    }
}

contract Wallet is VestingWallet, VestingWalletCliff {
    constructor() VestingWallet(msg.sender, 1, 1000) VestingWalletCliff(10) {}

    function _vestingSchedule(
        uint256 total,
        uint64 timestamp
    ) internal view override(VestingWallet, VestingWalletCliff) returns (uint256) {
        return super._vestingSchedule(total, timestamp);
    }
}

contract Forwarded is ERC2771Context, ERC2771Forwarder {
    constructor() ERC2771Context(address(this)) ERC2771Forwarder("Forwarded") {}

    function who() external view returns (address, bytes calldata) {
        return (_msgSender(), _msgData());
    }
}

contract Rules is AccessControlDefaultAdminRules(3 days, msg.sender) {}

contract Roles is AccessControlEnumerable {
    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }
}
