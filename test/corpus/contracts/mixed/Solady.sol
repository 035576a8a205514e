// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {ERC721} from "solady/src/tokens/ERC721.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {TensorInstructions} from "tensor-evm/Tensor.sol";

contract Portrait is ERC721 {
    function name() public pure override returns (string memory) {
        return "Portrait";
    }

    function symbol() public pure override returns (string memory) {
        return "PRT";
    }

    function tokenURI(uint256 id) public view override returns (string memory) {
        return LibString.concat(LibString.toString(id), LibString.toHexString(TensorInstructions.tspace()));
    }
}

contract Sorter {
    function sorted(uint256[] memory a) external pure returns (uint256[] memory, string memory) {
        LibSort.sort(a);
        return (a, LibString.toString(a.length));
    }
}
