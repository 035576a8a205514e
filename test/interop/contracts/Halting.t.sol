// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Classifier} from "SOURCES/Classifier.sol";

contract HaltingTest {
    Classifier private classifier = new Classifier(10);

    function test_BeforeTheFirstInstruction() external view {
        try classifier.classify(hex"01") returns (uint256) {
            require(false, "no revert");
        } catch (bytes memory data) {
            require(keccak256(data) == keccak256(abi.encodeWithSelector(Classifier.WrongLength.selector, 1)), "data");
        }
    }

    function test_Instruction() external view {
        require(classifier.classify(hex"01020903") == 12, "class");
    }
}
