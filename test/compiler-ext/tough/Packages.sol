// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotes, IVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "solady/src/tokens/ERC20.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {LibZip} from "solady/src/utils/LibZip.sol";
import "Ops.sol";

/// A vote counts only if a vector says so.
contract Council is Governor, GovernorSettings, GovernorCountingSimple, GovernorVotes {
  constructor(IVotes token) Governor("Council") GovernorSettings(1, 50, 0) GovernorVotes(token) {}
  function quorum(uint256) public pure override returns (uint256) { return 1; }
  function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) { return 0; }
  function _castVote(uint256 id, address account, uint8 support, string memory reason, bytes memory params)
    internal override returns (uint256)
  {
    require(params.length >= 4 && vector(params).kind() & 0xff == 3, "no vector");
    return super._castVote(id, account, support, reason, params);
  }
}

/// Behind a proxy, instructions run in the frame of the code that is called.
contract Scorer is Ownable(msg.sender) {
  uint256 public used;
  function score(bytes calldata x, bytes calldata y) external returns (bytes memory) {
    used++;
    return content(vector(x) + vector(y));
  }
}
contract ProxyMaker {
  function make(address logic, address owner, bytes memory first) external returns (address) {
    return address(new TransparentUpgradeableProxy(logic, owner, first));
  }
}
/// A proxy that makes a tensor whenever it is made.
contract MarkedProxy is TransparentUpgradeableProxy {
  bytes32 immutable digest;
  constructor(address logic, address owner, bytes memory first) TransparentUpgradeableProxy(logic, owner, first) {
    digest = commitment(first);
  }
}

contract Token is ERC20 {
  using LibString for *;
  function name() public pure override returns (string memory) { return "Token"; }
  function symbol() public pure override returns (string memory) { return "T"; }
  function mint(address to, bytes memory x) external { _mint(to, vector(x).kind()); }
  /// Sorts, compresses and prints between instructions on the same memory.
  function mixed(uint256[] memory values, bytes memory x)
    external pure returns (uint256[] memory, bytes memory, string memory, bytes memory)
  {
    T t = vector(x);
    LibSort.sort(values);
    T u = t + t;
    bytes memory packed = LibZip.flzCompress(content(u));
    T v = vector(LibZip.flzDecompress(packed)) - t;
    string memory text = LibString.concat(u.kind().toString(), content(v).toHexString());
    LibSort.uniquifySorted(values);
    return (values, content(u | v), text, LibZip.flzDecompress(packed));
  }
}
